# shellcheck shell=sh
# The memory of the server's container, and whether the kernel killed the server for want of it.

# Docker changes the limit while the server runs.
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

#   prints   how many processes of this container the kernel has killed for want of memory, since its start
kernel_kills() {
    local kills
    kills=$(cat "$memory_events_file" "$memory_events_file_1" 2>/dev/null | sed -n 's/^oom_kill //p')
    echo "${kills:-0}"
}

# What a kill means for the data.
#   prints   the rest of a sentence
lost_by_kill() {
    case $(current flavor) in
    nordb)
        if [ -n "$(current primary)" ] || [ -s "$current_dir/followers.acl" ]; then
            echo "what it held in memory was lost here, unless it came back from another server"
        else
            echo "its data, in memory only, was lost"
        fi
        ;;
    rdb) echo "what was written after the last dump was lost" ;;
    *) echo "what was written in the last second can be lost" ;;
    esac
}

# The server has ended, and the kernel did it.
note_kill() {
    local text
    text="the kernel killed the server at $(date -u +%Y-%m-%dT%H:%M:%SZ), since it needed more than the $(line_of "$memory_limit_file") MiB of its container: $(lost_by_kill); give more memoryMb, or find what took it, such as a Lua script"
    log_kill "$text"
    { echo "$(date +%s) $(hostname) $text" >"$killed_file.new" && mv "$killed_file.new" "$killed_file"; } 2>/dev/null
}

# An update reads it there (provider/components/hooks/kills.ts).
#   $1       what happened
log_kill() { echo "killed: $1 [redis-database/killed-by-kernel]" >>"$ROOT/proc/1/fd/1"; }

# It need not be reported any more.
forget_kill() {
    [ -e "$killed_file" ] || [ -e "$logged_kill" ] || return 0
    rm -f "$killed_file" "$logged_kill"
    echo "reported: the kernel killed the server" >>"$ROOT/proc/1/fd/1"
}

# Another container takes the place of the one whose server was killed.
pass_on_kill() {
    local second container text
    { read -r second container text <"$killed_file"; } 2>/dev/null || return 0
    if [ "$container" = "$(hostname)" ]; then return; fi
    if [ $(($(date +%s) - second)) -lt 86400 ]; then log_kill "$text"; fi
    rm -f "$killed_file"
}

#   prints   what happened, as long as somebody must know: for a day, or until an update has changed the settings
kill_to_report() {
    local second text=
    { read -r second _ text <"$killed_file"; } 2>/dev/null || return 0
    if [ "$killed_file" -nt "$current_dir" ] && [ $(($(date +%s) - second)) -lt 86400 ]; then echo "$text"; fi
}

# For a health check that found nothing else. An update that waits for the first answer must have it.
#   fails    the check, if there is something to report
report_kill() {
    local text=
    if [ -e "$killed_file" ] && [ -e "$answered_marker" ]; then text=$(kill_to_report); fi
    if [ -z "$text" ]; then
        if [ -e "$logged_kill" ]; then forget_kill; fi
        return
    fi
    mark "$logged_kill"
    # Redis's own lines push it out of what an update reads.
    if [ $(($(failures) % 25)) = 24 ]; then log_kill "$text"; fi
    fail_slowly "$text [redis-database/killed-by-kernel]"
}
