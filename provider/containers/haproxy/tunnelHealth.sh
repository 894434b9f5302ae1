#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Healthy is a tunnel that had an answer of the primary's a moment ago: HAProxy asks it all the time.
parts=$(dirname "$0")
. "$parts/../shared/files.sh"
. "$parts/../shared/settings.sh"
. "$parts/../shared/redact.sh"
. "$parts/../shared/pace.sh"
. "$parts/ask.sh"

pause_before_check
# The fields: 18, whether it is up; 57, what the last question came to.
answer=$(echo 'show stat' | ask_haproxy "$tunnel_socket") || fail_unasked $?
state=$(printf '%s\n' "$answer" | awk -F , '$1 == "primary" && $2 == "primary" { print $18 "," $57 }')
case $state in
UP,?*)
    note_success
    exit
    ;;
*,'SSL handshake failure'*)
    code=primary-certificate-not-verified
    reason="TLS handshake failed; does its certificate verify with the CA that this replica was given (caCertPem), and is it valid?"
    ;;
*'certificate different'*)
    code=primary-name-not-in-certificate
    reason="its certificate is not valid for that name; add it to the primary's tls.hosts"
    ;;
'MAINT (resolution)'*)
    code=primary-name-without-address
    reason="that name has no address"
    ;;
*)
    code=primary-not-reached
    reason=$(echo "${state#*,}" | sed 's/ at initial connection step of tcp-check//')
    ;;
esac
address=$(sed -n 's/^    server primary \([^ ]*\) .*/\1/p' "$tunnel_conf")
fail_check "$(reason_in_log $code "it does not reach its primary at $address: ${reason:-no answer yet}")"
