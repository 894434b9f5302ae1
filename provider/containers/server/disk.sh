# shellcheck shell=sh disable=SC2154 # it is a part of health.sh
# Whether the disk has room for what Redis writes next.

current() { sed -n "s/^$1=//p" /settings/current/database; }
kib_of() { du -sk "$@" 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }

# Sets next to the KiB that the next dump or rewrite of the log can take, and left to those that there are for it. Redis
# refuses writes when one has failed.
measure_disk() {
    # Empty until the agent has given this user the right to ask.
    used=$(printf '%s\n' "$replies" | sed -n 's/^used_memory://p')
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
