#!/bin/sh
# Healthy is a server that answers an authenticated PING, whose data is settled and whose disk has room for more. Docker asks every few milliseconds
# while an up waits for the first answer; after that, and where there is none for long, the check slows itself down.
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
            sed 's/^requirepass/AUTH/' /settings/acl/password.conf
            return
            ;;
        esac
    fi
    printf 'AUTH health %s\n' "$(cat /settings/health.secret)"
}

current() { sed -n "s/^$1=//p" /settings/current/database; }
kib_of() { du -sk "$@" 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }

# Sets next to the KiB that the next dump or rewrite of the log can take, and left to those that there are for it. Redis
# refuses writes when one has failed.
measure_disk() {
    # Empty until the agent has given this user the right to ask.
    used=$(printf '%s\n' "$replies" | tr -d '\r' | sed -n 's/^used_memory://p')
    data=$((${used:-0} / 1024))
    next=$((data * $(current next_dump_percent) / 100))
    # A log of commands can take several times the memory, but hardly more than the one that is there.
    if [ $next -gt $data ]; then
        log=$(kib_of /data/appendonly*)
        if [ "$log" -lt $next ]; then next=$log; fi
        if [ "$next" -lt $data ]; then next=$data; fi
    fi
    left=$(df -Pk /data | awk 'NR == 2 { print $4 }')
    limit=$(current disk_mb)
    if [ -n "$limit" ]; then
        within=$((limit * 1024 - $(kib_of /data)))
        if [ "$within" -lt "$left" ]; then left=$within; fi
    fi
    # What a dump or a rewrite that runs has taken already.
    left=$((left + $(kib_of /data/temp-*)))
}
disk_is_low() { measure_disk && [ "$left" -lt "$next" ]; }

# The password travels on standard input: a command line and an environment are for others to read.
replies=$({ login; echo 'INFO memory'; echo PING; } |
    timeout 5 redis-cli -s /settings/run/redis.sock --raw 2>&1)
reply=$(printf '%s\n' "$replies" | sed '/^$/d' | tail -n 1)
if [ "$reply" = PONG ] && [ -e /settings/run/unsettled ]; then
    reply="the agent is settling the data"
    # The agent's reason goes where an up that fails looks for it: into this container's log.
    if [ -e /settings/run/refused ] && [ ! -e /tmp/told ]; then
        reply="refused: $(cat /settings/run/refused)"
        touch /tmp/told
        echo "$reply" >/proc/1/fd/1
    fi
fi
# An up that waits for a server's first answer must have it whatever the disk is like. A file that takes another's place
# is there twice for a moment.
if [ "$reply" = PONG ] && [ -e /tmp/answered ] && disk_is_low && sleep 2 && disk_is_low; then
    reply="the disk is filling up: $((left / 1024)) MiB are left, and the next dump can take $((next / 1024)); make room before Redis refuses writes"
fi
if [ "$reply" = PONG ]; then
    # A memory-only server has read what its predecessor handed over: from now on it is in memory only.
    if [ ! -e /tmp/healthy ] && grep -q '^flavor=nordb' /settings/current/database; then
        find /data/dump.rdb ! -newer /tmp/started -exec rm {} + 2>/dev/null
    fi
    touch /tmp/healthy /tmp/answered
    rm -f $failures
else
    echo "$reply" | tee -a $failures
    rm -f /tmp/healthy
    exit 1
fi
