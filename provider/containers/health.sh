#!/bin/sh
# Healthy is a server that answers an authenticated PING. Docker asks every few milliseconds while an up waits for
# the first answer; after that one look each ten seconds is enough.
[ -e /tmp/healthy ] && sleep 10
# The password travels on standard input: a command line and an environment are for others to read.
reply=$(printf 'AUTH health %s\nPING\n' "$(cat /settings/health.secret)" |
    timeout 5 redis-cli -s /settings/run/redis.sock --raw 2>&1 | tail -n 1)
if [ "$reply" = PONG ]; then
    touch /tmp/healthy
else
    echo "$reply"
    rm -f /tmp/healthy
    exit 1
fi
