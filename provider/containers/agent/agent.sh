#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# The settings agent. It reads the wanted settings from the file that Docker uploads, starts a trial server with them,
# applies them to the running server without dropping a connection, and only then makes them the settings of the
# server's next start. A refused update leaves the server unchanged; the reason is the last line of output that starts
# with "refused: ". The agent then watches the server and restores the settings in force: the applied ones, or after a
# refusal the previous ones.
#
# The agent runs in every image back to Redis 2.8, on dash and on busybox's ash, with the programs of those images. The
# header of a function documents its parameters ($1, stdin), the global variables that it sets, its output, and when it
# fails. `wanted` reads the settings of the program, `current` the settings in force.
set -eu

parts=$(dirname "$0")
. "$parts/../shared/files.sh"

# Docker's health check of the agent: passes once the settings are applied. Docker starts a check every 100 ms, because
# an update waits for it. Once Docker has the result, each check sleeps first.
#   prints   the refusal, if there is one
#   fails    until the settings are applied
health() {
    if [ -e "$refused_marker" ]; then
        sleep 30
        cat "$refused_marker"
        return 1
    fi
    if [ -e "$reported_marker" ]; then sleep 300; fi
    [ -e "$applied_marker" ] && mark "$reported_marker"
}
# The health check mostly sleeps, so it does not load the rest of this script.
if [ "$1" = health ]; then
    health
    exit
fi

. "$parts/../shared/settings.sh"
. "$parts/../shared/redact.sh"
. "$parts/../server/secrets.sh"
. "$parts/links.sh"
. "$parts/settings.sh"
. "$parts/connection.sh"
. "$parts/redis.sh"
. "$parts/users.sh"
. "$parts/password.sh"
. "$parts/access.sh"
. "$parts/../haproxy/ask.sh"
. "$parts/haproxy.sh"
. "$parts/trial.sh"
. "$parts/data.sh"
. "$parts/recognition.sh"
. "$parts/adoption.sh"
. "$parts/memory.sh"
. "$parts/disk.sh"
. "$parts/persistence.sh"
. "$parts/replication.sh"
. "$parts/switchover.sh"
. "$parts/refill.sh"
. "$parts/apply.sh"
. "$parts/watch.sh"

# Not empty once the settings are applied: from then on a refusal ends a single check, and not the agent.
watching=

# Writes to the agent's log.
#   $*       the text
say() { printf '%s\n' "$*" | redact; }

# Reports a refusal and ends the current operation. During an update, the agent then watches the settings in force, in a
# new process without the state of this one, and its health check never passes. While it watches, only this check ends;
# the next one tries again.
#   $1       the refusal's code (provider/model/refusals.ts); codes never change, because people search for them
#   $2       the reason
refuse() {
    trap - EXIT
    local reason
    # Redact before `undo` removes the files that contain the secrets.
    case $2 in
    # The reason is the output of a command that printed nothing.
    *": ") reason="$2no reason was given" ;;
    *) reason=$2 ;;
    esac
    reason=$(printf '%s\n' "$reason [redis-database/$1]" | redact)
    undo
    stop_trial
    # An update shows the last of these lines.
    if [ ! -e "$refused_marker" ]; then say "refused: $reason"; fi
    if [ -n "$watching" ]; then
        printf '%s\n' "$reason" | replace_file "$refusal_file" '' 644
        exit 1
    fi
    { printf '%s\n' "refused: $reason" >"$refused_marker"; } 2>/dev/null || true
    unlock
    close_connection
    exec sh "$0" guard
}

# Waits for Docker to end this container. Process 1 ignores signals that it does not trap.
idle() {
    close_connection
    trap 'exit 0' TERM
    while :; do
        sleep 86400 &
        wait $!
    done
}

stand_down() {
    say "another agent has taken over"
    unlock
    leave_primary
    idle
}

# Applies the settings, then watches. Docker restarts the agent after a reboot: it then repeats neither a refused nor a
# completed update, and only watches.
#   sets     generation, watching
run() {
    if [ -e "$refused_marker" ]; then guard; fi
    if [ -s "$applied_marker" ]; then
        # After a restart Docker waits for a health check again.
        rm -f "$reported_marker"
        generation=$generations_dir/$(line_of "$applied_marker")
        resume_watch
    fi
    trap 'refuse agent-failed "the agent failed unexpectedly: $(tail -n 1 "$errors_file")"' EXIT
    exec 2>"$errors_file"
    mkdir -p "$run_dir"
    lock
    prepare_volume
    stage
    rm -f "$refusal_file"
    # Connect at once: if maxclients is reached, clients compete for the connection that the previous agent has closed.
    ensure_connection 1
    check_image
    check_version
    check_owner
    check_disk
    start_trial
    read_wanted_settings
    if server_runs; then
        apply_to_running_server
    else
        apply_to_stopped_server
    fi
    unlock
    stop_trial
    trap - EXIT
    say "the settings are applied"
    echo "${generation##*/}" >"$applied_marker"
    true >"$last_check_marker"
    true >"$intact_marker"
    watching=yes
    join_primary
    watch
}

# Watches the settings in force after a refusal.
#   sets     generation
guard() {
    # No settings have ever been applied.
    if [ ! -e "$current_dir/database" ]; then idle; fi
    generation=$generations_dir/$(basename "$(readlink "$current_dir")")
    if is_intact; then
        rm -rf "$in_force_dir"
        cp -Rp "$generation" "$in_force_dir" || true
    fi
    resume_watch
}

"$1"
