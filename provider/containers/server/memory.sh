# shellcheck shell=sh
# The memory limit of the server's container, and whether the kernel killed the server because it exceeded that limit.

# Records the limit, which Docker can change while the server runs.
note_memory_limit() {
    local bytes mb
    bytes=$(line_of "$memory_max_file")
    [ -n "$bytes" ] || bytes=$(line_of "$memory_max_file_1")
    case $bytes in
    '' | *[!0-9]*) return ;;
    esac
    mb=$((bytes / 1048576))
    if [ "$(line_of "$memory_limit_file")" != "$mb" ]; then { echo "$mb" >"$memory_limit_file"; } 2>/dev/null; fi
}

#   prints   the number of this container's processes that the kernel has killed for lack of memory since its start
kernel_kills() {
    local kills
    kills=$(cat "$memory_events_file" "$memory_events_file_1" 2>/dev/null | sed -n 's/^oom_kill //p')
    echo "${kills:-0}"
}

# The effect of a kill on the data.
#   prints   the end of a sentence
lost_by_kill() {
    case $(current flavor) in
    nordb)
        if [ -n "$(current primary)" ] || [ -s "$current_dir/followers.acl" ]; then
            echo "its data, in memory only, was lost here, unless another server has sent it back"
        else
            echo "its data, in memory only, was lost"
        fi
        ;;
    rdb) echo "what was written after the last dump was lost" ;;
    *) echo "what was written in the last second can be lost" ;;
    esac
}

# Records that the kernel has killed the server.
note_kill() {
    local text
    text="the kernel killed the server at $(date -u +%Y-%m-%dT%H:%M:%SZ), because it needed more than the $(line_of "$memory_limit_file") MiB of its container: $(lost_by_kill); increase memoryMb, or find what used the memory, such as a Lua script"
    log_kill "$text"
    { echo "$(date +%s) $(hostname) $text" >"$killed_file.new" && mv "$killed_file.new" "$killed_file"; } 2>/dev/null
}

# Writes a kill to the container's log, where an update reads it (provider/components/hooks/kills.ts).
#   $1       the description
log_kill() { echo "killed: $1 [redis-database/killed-by-kernel]" >>"$ROOT/proc/1/fd/1"; }

# Ends the reports of a kill.
forget_kill() {
    [ -e "$killed_file" ] || [ -e "$logged_kill" ] || return 0
    rm -f "$killed_file" "$logged_kill"
    echo "reported: the kernel killed the server" >>"$ROOT/proc/1/fd/1"
}

# Reports a kill that happened in the previous container, which this one has replaced.
pass_on_kill() {
    local second container text
    { read -r second container text <"$killed_file"; } 2>/dev/null || return 0
    if [ "$container" = "$(hostname)" ]; then return; fi
    if [ $(($(date +%s) - second)) -lt 86400 ]; then log_kill "$text"; fi
    rm -f "$killed_file"
}

#   prints   the description of a kill, for one day or until an update has changed the settings
kill_to_report() {
    local second text=
    { read -r second _ text <"$killed_file"; } 2>/dev/null || return 0
    if [ "$killed_file" -nt "$current_dir" ] && [ $(($(date +%s) - second)) -lt 86400 ]; then echo "$text"; fi
}

# Called when a health check has found no other problem. The first answer of a new container is never delayed, because
# an update waits for it.
#   fails    ends the check, if there is something to report
report_kill() {
    local text=
    if [ -e "$killed_file" ] && [ -e "$answered_marker" ]; then text=$(kill_to_report); fi
    if [ -z "$text" ]; then
        if [ -e "$logged_kill" ]; then forget_kill; fi
        return
    fi
    mark "$logged_kill"
    # An update reads only the last lines of the log, so repeat the report after other lines of Redis.
    if [ $(($(failures) % 25)) = 24 ]; then log_kill "$text"; fi
    fail_slowly "$text [redis-database/killed-by-kernel]"
}
