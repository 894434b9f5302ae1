#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Healthy is a link that had an answer of the primary's a moment ago: HAProxy asks it all the time. The pauses are those
# of the server's health check.
parts=$(dirname "$0")
. "$parts/ask.sh"
# shellcheck disable=SC2034 # ask.sh reads it
terminator_socket=/tmp/stats.sock

failures=/tmp/failures
if [ -e /tmp/healthy ]; then sleep 30; fi
# The fields: 18, whether it is up, 57, what the last question came to.
state=$(echo 'show stat' | ask_terminator | awk -F , '$1 == "primary" && $2 == "primary" { print $18 "," $57 }')
case $state in
UP,?*)
    touch /tmp/healthy
    rm -f $failures
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
rm -f /tmp/healthy
reason="it does not reach its primary at $(sed -n 's/^    server primary \([^ ]*\) .*/\1/p' /settings/current/link.cfg): ${reason:-no answer yet} [redis-database/$code]"
# Where an up that fails looks for it: in this container's log, at its end.
if [ $(($(wc -l 2>/dev/null <$failures || echo 0) % 25)) = 1 ]; then echo "refused: $reason" >/proc/1/fd/1; fi
echo "$reason" | tee -a $failures
exit 1
