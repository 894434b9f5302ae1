#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Healthy is a server that answers an authenticated PING, whose data is settled and whose disk has room for more; a
# replica follows its primary, and a primary lets its replicas follow. Docker asks every few milliseconds while an up
# waits for the first answer; after that, and where there is none for long, the check slows itself down.
parts=$(dirname "$0")
. "$parts/link.sh"
. "$parts/disk.sh"

failures=/tmp/health-failures
if [ -e /tmp/healthy ]; then
    sleep 30
elif [ "$(wc -l 2>/dev/null <$failures)" -gt 50 ] 2>/dev/null; then
    sleep 2
fi
# Before 6.0 there are no users, but one password.
login() {
    if [ -e /settings/acl/password.conf ]; then
        case $(echo 'ACL WHOAMI' | timeout 5 redis-cli -s /settings/run/redis.sock --raw 2>&1) in
        *'unknown command'*)
            # While it is closed (start.sh), in its place.
            sed 's/^requirepass/AUTH/' /settings/acl/closed.conf 2>/dev/null || sed 's/^requirepass/AUTH/' /settings/acl/password.conf
            return
            ;;
        esac
    fi
    printf 'AUTH health %s\n' "$(cat /settings/health.secret)"
}
# The password travels on standard input: a command line and an environment are for others to read.
replies=$({ login; echo 'INFO memory'; echo 'INFO replication'; echo PING; } |
    timeout 5 redis-cli -s /settings/run/redis.sock --raw 2>&1 | tr -d '\r')
reply=$(printf '%s\n' "$replies" | sed '/^$/d' | tail -n 1)
if [ "$reply" = PONG ] && [ -e /settings/run/unsettled ]; then
    reply="the agent is settling the data"
    # The agent's reason goes where an up that fails looks for it: into this container's log, once for each reason.
    refused=$(cat /settings/run/refused 2>/dev/null)
    if [ -n "$refused" ] && [ "$(cat /tmp/told 2>/dev/null)" != "$refused" ] && echo "$refused" >/tmp/told; then
        reply="refused: $refused"
        echo "$reply" >/proc/1/fd/1
    fi
fi
if [ "$reply" = PONG ] && grep -q '^primary=.' /settings/current/database; then reply=$(link); fi
if [ "$reply" = PONG ] && [ -e /settings/run/starts_empty ]; then
    reply=$(cat /settings/run/held 2>/dev/null || echo "it came back without its data; the agent asks its replicas for it, and it takes no writes before")
fi
# An up that waits for a server's first answer must have it whatever the disk is like. A file that takes another's place
# is there twice for a moment.
if [ "$reply" = PONG ] && [ -e /tmp/answered ] && disk_is_low && sleep 2 && disk_is_low; then
    reply="the disk is filling up: $((left / 1024)) MiB are left, and the next dump can take $((next / 1024)); make room before Redis refuses writes"
fi
if [ "$reply" = PONG ]; then
    # A memory-only server has read what its predecessor handed over: from now on it is in memory only.
    if grep -q '^flavor=nordb' /settings/current/database; then
        if [ ! -e /tmp/healthy ]; then find /data/dump.rdb ! -newer /tmp/started -exec rm {} + 2>/dev/null; fi
        # Before 6.0 a replica keeps the dump of a sync, and would load that at a restart.
        if grep -q '^primary=link' /settings/current/database; then rm -f /data/dump.rdb; fi
    fi
    touch /tmp/healthy
    if [ ! -e /tmp/answered ]; then
        touch /tmp/answered
        # A restart of this container clears /tmp; the next start puts the marker back (start.sh).
        { hostname >/settings/run/answered; } 2>/dev/null
    fi
    rm -f $failures
else
    echo "$reply" | tee -a $failures
    rm -f /tmp/healthy
    exit 1
fi
