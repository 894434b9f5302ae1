# shellcheck shell=sh
# How often a health check looks, and what it leaves in the log. Docker starts a check 100 ms after the last one ended, so
# that an update waits for milliseconds; a check that has its answer, or has had none for long, slows itself down. Each
# start of a check costs the host more than what the check does.

# Docker ends a check after a minute (provider/components/server/container.ts), which counts as a failure: fifteen seconds
# are left for the check itself. One that was ended is followed by one without a pause.
pause_before_check() {
    if [ -s "$healthy_marker" ]; then
        sleep 45
        true >"$healthy_marker"
    elif [ "$(failures)" -gt 50 ]; then
        sleep 2
    fi
}

#   prints   how often the check has failed in a row
failures() {
    local count
    count=$(line_of "$failures_file")
    echo "${count:-0}"
}

note_success() {
    echo yes >"$healthy_marker"
    if [ -e "$failures_file" ]; then rm -f "$failures_file"; fi
}

# Ends the check, with the reason where Docker keeps it.
#   $1       the reason
fail_check() {
    printf '%s\n' "$1" | redact
    echo $(($(failures) + 1)) >"$failures_file"
    rm -f "$healthy_marker"
    exit 1
}

# The same for what is over and must be reported. Checks slow down once Docker calls the container unhealthy, which it does
# not in the minute after a start.
#   $1       the reason
fail_slowly() {
    local count
    count=$(($(failures) + 1))
    echo "$1"
    echo "$count" >"$failures_file"
    if [ "$count" -gt 35 ]; then echo yes >"$healthy_marker"; else sleep 2; fi
    exit 1
}

# A failed update looks for the reason at the end of this container's log, so it is written there from the second failure
# on, now and then.
#   $1       its code, as of the agent's refusals (provider/model/refusals.ts)
#   $2       the reason
#   prints   the reason with its code
reason_in_log() {
    set -- "$(printf '%s\n' "$2 [redis-database/$1]" | redact)"
    if [ $(($(failures) % 25)) = 1 ]; then printf '%s\n' "refused: $1" >>"$ROOT/proc/1/fd/1"; fi
    printf '%s\n' "$1"
}
