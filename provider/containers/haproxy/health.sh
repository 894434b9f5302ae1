#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Healthy is a terminator that had an answer of Redis's over TLS a moment ago: HAProxy asks itself all the time.
parts=$(dirname "$0")
. "$parts/../shared/files.sh"
. "$parts/../shared/settings.sh"
. "$parts/../shared/redact.sh"
. "$parts/../shared/pace.sh"
. "$parts/ask.sh"

pause_before_check
# The fields: 6, whether it is up; 12, what the last question came to, 3 being an answer.
answer=$(echo 'show servers state probe' | ask_haproxy "$terminator_socket") || fail_unasked $?
state=$(printf '%s\n' "$answer" | awk '$2 == "probe" { print $6, $12 }')
if [ "$state" != "2 3" ]; then fail_check "no answer from Redis over TLS"; fi
note_success
