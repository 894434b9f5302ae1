#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# The health check of a replica's tunnel: passes if HAProxy's last check of the primary was successful. HAProxy repeats
# that check every five seconds.
parts=$(dirname "$0")
. "$parts/../shared/files.sh"
. "$parts/../shared/settings.sh"
. "$parts/../shared/redact.sh"
. "$parts/../server/secrets.sh"
. "$parts/../shared/pace.sh"
. "$parts/ask.sh"

pause_before_check
# Field 18 is the primary's state, field 57 the result of the last check.
answer=$(echo 'show stat' | ask_haproxy "$tunnel_socket") || fail_unasked $?
state=$(printf '%s\n' "$answer" | awk -F , '$1 == "primary" && $2 == "primary" { print $18 "," $57 }')
case $state in
UP,?*)
    note_success
    exit
    ;;
*,'SSL handshake failure'*)
    code=primary-certificate-not-verified
    reason="TLS handshake failed; make sure that its certificate is valid and verifies with the CA that this replica has (caCertPem)"
    ;;
*'certificate different'*)
    code=primary-name-not-in-certificate
    reason="its certificate is not valid for that name; add it to the primary's tls.hosts"
    ;;
'MAINT (resolution)'*)
    code=primary-name-without-address
    reason="that name does not resolve"
    ;;
*)
    code=primary-not-reached
    reason=$(echo "${state#*,}" | sed 's/ at initial connection step of tcp-check//')
    ;;
esac
address=$(sed -n 's/^    server primary \([^ ]*\) .*/\1/p' "$tunnel_conf")
fail_check "$(reason_in_log $code "it cannot reach its primary at $address: ${reason:-no answer yet}")"
