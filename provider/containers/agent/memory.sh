# shellcheck shell=sh
# Checks that the data fits the wanted memory, and changes the memory limits of a running server.

mib=1048576

# Before 4.0 Redis does not report which memory it does not count.
#   prints   the bytes that Redis counts against maxmemory
data_in_use() {
    local not_counted
    not_counted=$(info memory mem_not_counted_for_evict)
    echo $(($(info memory used_memory) - ${not_counted:-0}))
}

#   prints   the wanted maxmemory, in bytes
wanted_bytes() { echo $(($(wanted maxmemory_mb) * mib)); }

# Checks that there is space for the replication backlog, which Redis counts as data and creates when the first replica
# connects.
check_backlog() {
    local missing
    if [ "$(wanted backlog_mb)" = 0 ]; then return; fi
    missing=$(($(wanted backlog_mb) * mib - $(backlog_in_use)))
    if [ $missing -le 0 ] || [ $(($(data_in_use) + missing)) -le "$(wanted_bytes)" ] || [ "$(wanted evicts)" = yes ]; then return; fi
    refuse memory-too-small-for-replicas "memoryMb: $(wanted memory_mb) is too small for replicas: in addition to the data, they need $((missing / mib)) MiB for the replication backlog; give at least $(minimum_memory), or allow eviction (evictToFit and a maxmemoryPolicy that evicts)"
}

# The memory for the backlog is reserved separately, so its current size is subtracted from the data.
#   prints   the minimum memoryMb for the data in use
minimum_memory() {
    local data
    data=$(data_in_use)
    [ "$(wanted backlog_mb)" = 0 ] || data=$((data - $(backlog_in_use)))
    # Round up to MiB, the unit of memoryMb.
    data=$(((data + mib - 1) / mib))
    echo $((data * 1000 / $(wanted data_permille) + 1 + $(wanted beside_data_mb)))
}

# Before 4.0 Redis reports only whether there is a backlog, and its configured size.
#   prints   the bytes that the backlog uses
backlog_in_use() {
    local bytes
    bytes=$(info memory mem_replication_backlog)
    [ -n "$bytes" ] || bytes=$(($(info replication repl_backlog_active) * $(info replication repl_backlog_size)))
    echo "$bytes"
}

# Whether the wanted maxmemory is lower than the current one.
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

# Directives whose values grow with memoryMb.
size_directives='maxmemory|maxmemory-clients|proto-max-bulk-len|client-query-buffer-limit|client-output-buffer-limit|repl-backlog-size'

# Keeps the former limits of a server whose memory is increased: Docker raises the container's limit only after the
# agent has applied the settings.
keep_former_limits() {
    local less=''
    if ! [ "$(wanted memory_mb)" -gt "$(current memory_mb)" ] 2>/dev/null; then
        awaits_memory || rm -f "$former_limits_file"
        return
    fi
    # The limits of an earlier update, for which Docker has not raised the container's limit either.
    if [ -e "$former_limits_file" ]; then return; fi
    # With another flavor, maxmemory can be lower in spite of more memory.
    if [ "$(wanted maxmemory_mb)" -lt "$(current maxmemory_mb)" ]; then less='^maxmemory '; fi
    grep -E "^($size_directives) " "$current_dir/redis.conf" | grep -v "${less:-^\$}" | replace_file "$former_limits_file" '' 644
}

# Whether the server's container has less memory than wanted, or its limit is unknown.
awaits_memory() { [ -e "$former_limits_file" ] && ! [ "$(line_of "$memory_limit_file")" -ge "$(wanted memory_mb)" ] 2>/dev/null; }

# Removes the limits that are not applied yet.
#   $1       a file of settings
exclude_held_limits() {
    local name
    [ -e "$former_limits_file" ] || return 0
    cut -d ' ' -f 1 "$former_limits_file" | sort -u | while IFS= read -r name; do
        sed -i "/^$name\t/d" "$1"
    done
}

# Applies the new limits once Docker has raised the container's limit.
apply_held_limits() {
    rm -f "$former_limits_file"
    restore_config applied "$enforced_settings"
}

# Run by the component after Docker has raised the container's limit. If it does not run, the next check applies the
# limits.
#   sets     generation, watching, wanted_access
resized() {
    generation=$current_dir
    watching=yes
    find_wanted_access
    lock
    if [ -e "$former_limits_file" ] && observe; then apply_held_limits; fi
    unlock
}

# Keeps the maxmemory of a server from an earlier release that derived a higher value from memoryMb, until the program
# changes an argument that maxmemory depends on.
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

# Waits until Redis has evicted enough keys and released their memory, because Docker lowers the container's limit next.
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
