#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Healthy is a terminator that had an answer of Redis's over TLS a moment ago: HAProxy asks itself all the time. The
# pauses are those of the server's health check.
parts=$(dirname "$0")
. "$parts/ask.sh"

if [ -e /tmp/healthy ]; then sleep 30; fi
# The fields: 6, whether it is up; 12, what the last question came to, 3 being an answer.
state=$(echo 'show servers state probe' | ask_terminator | awk '$2 == "probe" { print $6, $12 }')
if [ "$state" = "2 3" ]; then
    touch /tmp/healthy
else
    rm -f /tmp/healthy
    echo "no answer from Redis over TLS"
    exit 1
fi
