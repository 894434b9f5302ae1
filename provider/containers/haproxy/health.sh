#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# The health check of the TLS terminator: passes if HAProxy's last check of Redis over TLS was successful. HAProxy
# repeats that check every five seconds.
parts=$(dirname "$0")
. "$parts/../shared/files.sh"
. "$parts/../shared/settings.sh"
. "$parts/../shared/redact.sh"
. "$parts/../server/secrets.sh"
. "$parts/../shared/pace.sh"
. "$parts/ask.sh"

pause_before_check
# Field 6 is the server's state (2: up), field 12 the result of the last check (3: passed).
answer=$(echo 'show servers state probe' | ask_haproxy "$terminator_socket") || fail_unasked $?
state=$(printf '%s\n' "$answer" | awk '$2 == "probe" { print $6, $12 }')
if [ "$state" != "2 3" ]; then fail_check "no answer from Redis over TLS"; fi
note_success
