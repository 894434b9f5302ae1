# shellcheck shell=sh
# Whether the data fits the wanted memory.

mib=1048576

# Before 4.0 nothing says what is not counted.
#   prints   the bytes that Redis counts against maxmemory
data_in_use() {
    local not_counted
    not_counted=$(info memory mem_not_counted_for_evict)
    echo $(($(info memory used_memory) - ${not_counted:-0}))
}

#   prints   the wanted maxmemory, in bytes
wanted_bytes() { echo $(($(wanted maxmemory_mb) * mib)); }

# Redis counts the backlog as data, and makes it when the first replica comes.
check_backlog() {
    local missing
    if [ "$(wanted backlog_mb)" = 0 ]; then return; fi
    missing=$(($(wanted backlog_mb) * mib - $(backlog_in_use)))
    if [ $missing -le 0 ] || [ $(($(data_in_use) + missing)) -le "$(wanted_bytes)" ] || [ "$(wanted evicts)" = yes ]; then return; fi
    refuse memory-too-small-for-replicas "memoryMb: $(wanted memory_mb) has no room for replicas: beside the data they need $((missing / mib)) MiB for a backlog; give at least $(minimum_memory), or allow eviction (evictToFit and a maxmemoryPolicy that evicts)"
}

# Replicas have room for their backlog besides, however large it is by now.
#   prints   the least memoryMb for the data in use
minimum_memory() {
    local data
    data=$(data_in_use)
    [ "$(wanted backlog_mb)" = 0 ] || data=$((data - $(backlog_in_use)))
    # In whole MiB, as memoryMb is.
    data=$(((data + mib - 1) / mib))
    echo $((data * 1000 / $(wanted data_permille) + 1 + $(wanted beside_data_mb)))
}

# Before 4.0 Redis says only whether there is one, and of which size one is.
#   prints   the bytes of the backlog
backlog_in_use() {
    local bytes
    bytes=$(info memory mem_replication_backlog)
    [ -n "$bytes" ] || bytes=$(($(info replication repl_backlog_active) * $(info replication repl_backlog_size)))
    echo "$bytes"
}

# Whether less is wanted than the server may use now.
memory_shrinks() {
    local limit
    limit=$(server CONFIG GET maxmemory | sed -n 2p)
    [ "$limit" = 0 ] || [ "$(wanted_bytes)" -lt "$limit" ]
}

check_data_fits() {
    local used
    if [ "$(data_in_use)" -le "$(wanted_bytes)" ] || [ "$(wanted evicts)" = yes ]; then return; fi
    used=$((($(data_in_use) + mib - 1) / mib))
    refuse memory-too-small-for-data "memoryMb: $(wanted memory_mb) with flavor $(wanted flavor) leaves $(wanted maxmemory_mb) MiB for data, but $used MiB are in use; give at least $(minimum_memory), or allow eviction (evictToFit and a maxmemoryPolicy that evicts)"
}

# What grows with memoryMb.
size_directives='maxmemory|maxmemory-clients|proto-max-bulk-len|client-query-buffer-limit|client-output-buffer-limit|repl-backlog-size'

# Docker gives the server's container more memory after the agent is done: until then the limits stay that it can keep.
keep_former_limits() {
    local less=''
    if ! [ "$(wanted memory_mb)" -gt "$(current memory_mb)" ] 2>/dev/null; then
        awaits_memory || rm -f "$former_limits_file"
        return
    fi
    # Those of an update before this, whose memory has not come either.
    if [ -e "$former_limits_file" ]; then return; fi
    # Another flavor can leave less for data.
    if [ "$(wanted maxmemory_mb)" -lt "$(current maxmemory_mb)" ]; then less='^maxmemory '; fi
    grep -E "^($size_directives) " "$current_dir/redis.conf" | grep -v "${less:-^\$}" | replace_file "$former_limits_file" '' 644
}

# Whether the server's container has less memory than the program wants, as far as it is known.
awaits_memory() { [ -e "$former_limits_file" ] && ! [ "$(line_of "$memory_limit_file")" -ge "$(wanted memory_mb)" ] 2>/dev/null; }

# Leaves out the limits that are held.
#   $1       a file of settings
exclude_held_limits() {
    local name
    [ -e "$former_limits_file" ] || return 0
    cut -d ' ' -f 1 "$former_limits_file" | sort -u | while IFS= read -r name; do
        sed -i "/^$name\t/d" "$1"
    done
}

# Docker has given it.
apply_held_limits() {
    rm -f "$former_limits_file"
    restore_config applied "$enforced_settings"
}

# Run by the provider then, and by the watch where it is not.
#   sets     generation, watching, wanted_access
resized() {
    generation=$current_dir
    watching=yes
    find_wanted_access
    lock
    if [ -e "$former_limits_file" ] && observe; then apply_held_limits; fi
    unlock
}

# A release that derives less maxmemory from memoryMb must not take it from a server that is there: it keeps what an
# earlier release gave it until the program changes what maxmemory follows from.
keep_maxmemory() {
    local size kept
    size="$(wanted memory_mb) $(wanted flavor) $(wanted backlog_mb) $(wanted clients_mb)"
    if [ ! -e "$kept_maxmemory_file" ] && [ -z "$(current clients_mb)" ] &&
        [ "$(current memory_mb) $(current flavor) $(current backlog_mb)" = "${size% *}" ] &&
        [ "$(current maxmemory_mb)" -gt "$(wanted maxmemory_mb)" ]; then
        echo "$size $(current maxmemory_mb)" | replace_file "$kept_maxmemory_file" '' 600
    fi
    kept=$(line_of "$kept_maxmemory_file")
    case $kept in
    "$size "*)
        kept=${kept##* }
        sed -i "s/^maxmemory_mb=.*/maxmemory_mb=$kept/" "$generation/database"
        sed -i "s/^maxmemory [0-9]*mb/maxmemory ${kept}mb/" "$generation/redis.conf"
        ;;
    *) rm -f "$kept_maxmemory_file" ;;
    esac
}

# Docker lowers the container's limit next: what was evicted must have been given back by then.
make_room() {
    local now before tries=0 resident
    before=$(data_in_use)
    now=$before
    while [ "$now" -gt "$(wanted_bytes)" ]; do
        sleep 0.1
        now=$(data_in_use)
        if [ "$now" -lt "$before" ]; then tries=0; else tries=$((tries + 1)); fi
        before=$now
        [ $tries -lt 50 ] ||
            refuse eviction-frees-too-little "memoryMb: $(wanted memory_mb) leaves $(wanted maxmemory_mb) MiB for data, but $((now / mib)) MiB are in use and Redis finds no more keys to evict; give at least $(minimum_memory)"
    done
    if [ "$(current memory_mb)" -gt "$(wanted memory_mb)" ] 2>/dev/null; then
        server MEMORY PURGE >/dev/null
        resident=$(($(info memory used_memory_rss) / mib))
        [ $resident -lt "$(wanted memory_mb)" ] ||
            refuse memory-not-released "memoryMb: is $(wanted memory_mb), but the server still holds $resident MiB of memory; give at least $((resident * 5 / 4))"
    fi
}
