# shellcheck shell=sh
# Whether the disk has room for what Redis writes next. Redis refuses writes when a dump has failed.

#   $@       files
#   prints   the KiB that they take
kib_of() { du -sk "$@" 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }

#   prints   the KiB that the next dump or rewrite of the log can take
next_file_kib() {
    local used data next log
    # Empty until the agent has allowed the health check to ask.
    used=$(reply used_memory)
    data=$((${used:-0} / 1024))
    next=$((data * $(current next_dump_percent) / 100))
    # A log of commands can take several times the memory, but hardly more than the one that is there.
    if [ $next -gt $data ]; then
        log=$(kib_of "$data_dir"/appendonly*)
        if [ "$log" -lt $next ]; then next=$log; fi
        if [ "$next" -lt $data ]; then next=$data; fi
    fi
    echo "$next"
}

#   prints   the KiB that there are for it
free_kib() {
    local free limit within
    free=$(df -Pk "$data_dir" | { read -r _; read -r _ _ _ free _ && echo "$free"; })
    limit=$(current disk_mb)
    if [ -n "$limit" ]; then
        within=$((limit * 1024 - $(kib_of "$data_dir")))
        if [ "$within" -lt "$free" ]; then free=$within; fi
    fi
    # What a dump or a rewrite that runs has taken already.
    set -- "$data_dir"/temp-*
    if [ -e "$1" ]; then free=$((free + $(kib_of "$@"))); fi
    echo "$free"
}

#   prints   what is wrong; nothing if there is room
check_disk() {
    local next free
    next=$(next_file_kib)
    if [ "$next" = 0 ]; then return; fi
    free=$(free_kib)
    if [ "$free" -ge "$next" ]; then return; fi
    echo "the disk is filling up: $((free / 1024)) MiB are left, and the next dump can take $((next / 1024)); make room before Redis refuses writes"
}
