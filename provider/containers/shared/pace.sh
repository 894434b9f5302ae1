# shellcheck shell=sh
# How often a health check runs, and what it writes to the log. Docker starts a check 100 ms after the previous one
# ended, so that an update waits for milliseconds only. Starting a check costs the host more than the check itself. A
# check that has passed, or has failed for a long time, therefore delays the next one.

# Docker kills a check after one minute (provider/components/server/container.ts), which counts as a failure. The pause
# leaves fifteen seconds for the check itself. After a killed check, the next one runs without a pause.
pause_before_check() {
    if [ -s "$healthy_marker" ]; then
        sleep 45
        true >"$healthy_marker"
    elif [ "$(failures)" -gt 50 ]; then
        sleep 2
    fi
}

#   prints   the number of consecutive failures
failures() {
    local count
    count=$(line_of "$failures_file")
    echo "${count:-0}"
}

note_success() {
    echo yes >"$healthy_marker"
    if [ -e "$failures_file" ]; then rm -f "$failures_file"; fi
}

# Ends the check as failed. Docker stores its output.
#   $1       the reason
fail_check() {
    printf '%s\n' "$1" | redact
    echo $(($(failures) + 1)) >"$failures_file"
    rm -f "$healthy_marker"
    exit 1
}

# Ends the check as failed, for a past event that must be reported. Checks slow down once Docker has marked the
# container as unhealthy, which it does not do in the first minute after a start.
#   $1       the reason
fail_slowly() {
    local count
    count=$(($(failures) + 1))
    echo "$1"
    echo "$count" >"$failures_file"
    if [ "$count" -gt 35 ]; then echo yes >"$healthy_marker"; else sleep 2; fi
    exit 1
}

# A failed update reads the reason from the end of this container's log. The second failure writes it there, and every
# 25th failure after that repeats it.
#   $1       its code (provider/model/refusals.ts)
#   $2       the reason
#   prints   the reason with its code
reason_in_log() {
    set -- "$(printf '%s\n' "$2 [redis-database/$1]" | redact)"
    if [ $(($(failures) % 25)) = 1 ]; then printf '%s\n' "refused: $1" >>"$ROOT/proc/1/fd/1"; fi
    printf '%s\n' "$1"
}
