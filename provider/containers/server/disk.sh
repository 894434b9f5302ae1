# shellcheck shell=sh
# Whether the disk has room for what Redis writes next. Redis refuses writes when a dump has failed.

#   $@       files
#   prints   their size in KiB
kib_of() { du -sk "$@" 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }

#   prints   the maximum size of the next dump or rewritten append-only file, in KiB
next_file_kib() {
    local used data next log
    # Empty until the agent has given the health check's user the right to run INFO.
    used=$(reply used_memory)
    data=$((${used:-0} / 1024))
    next=$((data * $(current next_dump_percent) / 100))
    # An append-only file of commands can be several times larger than the data in memory, but hardly larger than the
    # existing file.
    if [ $next -gt $data ]; then
        log=$(kib_of "$data_dir"/appendonly*)
        if [ "$log" -lt $next ]; then next=$log; fi
        if [ "$next" -lt $data ]; then next=$data; fi
    fi
    echo "$next"
}

#   prints   the KiB that are available for that file
free_kib() {
    local free limit within
    free=$(df -Pk "$data_dir" | { read -r _; read -r _ _ _ free _ && echo "$free"; })
    limit=$(current disk_mb)
    if [ -n "$limit" ]; then
        within=$((limit * 1024 - $(kib_of "$data_dir")))
        if [ "$within" -lt "$free" ]; then free=$within; fi
    fi
    # Space that a running dump or rewrite already uses.
    set -- "$data_dir"/temp-*
    if [ -e "$1" ]; then free=$((free + $(kib_of "$@"))); fi
    echo "$free"
}

#   prints   what is wrong; nothing if there is enough space
check_disk() {
    local next free
    next=$(next_file_kib)
    if [ "$next" = 0 ]; then return; fi
    free=$(free_kib)
    if [ "$free" -ge "$next" ]; then return; fi
    echo "the disk is filling up: $((free / 1024)) MiB are left, and the next dump can take $((next / 1024)); free some space before Redis refuses writes"
}
