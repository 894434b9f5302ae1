#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# The settings agent: takes what the program wants from the file that Docker uploads, has a trial server accept it,
# applies it to the running server without dropping a connection, and only then makes it what the server's next start
# reads. What it refuses leaves the server as it was; the reason is its last "refused: " line of output. After that it watches
# over what is in force: what it applied, or what was there before.
#
# It runs in every image back to Redis 2.8, on dash and on busybox's ash, with what those images have. Functions say
# above them what they take ($1, stdin), what they set apart from their own variables, what they print and when they
# fail, where there is something to say. `wanted` is what the program wants, `current` what is in force.
set -eu

parts=$(dirname "$0")
. "$parts/../shared/files.sh"

# Docker's health check: passes once the settings are applied. Docker asks every 100 ms while an update waits for it; once
# it has the answer, a look now and then is enough.
#   prints   what was refused
#   fails    as long as the settings are not applied
health() {
    if [ -e "$refused_marker" ]; then
        sleep 30
        cat "$refused_marker"
        return 1
    fi
    if [ -e "$reported_marker" ]; then sleep 300; fi
    [ -e "$applied_marker" ] && mark "$reported_marker"
}
# It waits most of the time, so it does without the rest of this script.
if [ "$1" = health ]; then
    health
    exit
fi

. "$parts/../shared/settings.sh"
. "$parts/../shared/redact.sh"
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

# Set once the settings are applied: from then on a refusal ends one look, and not the agent.
watching=

# Writes to the agent's log.
#   $*       what to say
say() { printf '%s\n' "$*" | redact; }

# Ends what the agent is doing. While an update waits, the agent goes over to watching what is in force, in a process without
# anything of this one; its health check never passes. While it watches, only this look ends, and the next one tries again.
#   $1       the refusal's code: provider/model/refusals.ts explains each, and none changes, since people search for them
#   $2       the reason
refuse() {
    trap - EXIT
    local reason
    # Before `undo` removes the files that tell what is secret.
    case $2 in
    # The command that was to give the reason gave none.
    *": ") reason="$2no reason was given" ;;
    *) reason=$2 ;;
    esac
    reason=$(printf '%s\n' "$reason [redis-database/$1]" | redact)
    undo
    stop_trial
    # An update reads the last of these lines.
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
    idle
}

# Docker starts an agent again after a reboot: what was refused stays refused until another agent comes, and what was applied
# is in force, whatever the server has become since.
#   sets     generation, watching, of resume_watch
run() {
    if [ -e "$refused_marker" ]; then guard; fi
    if [ -s "$applied_marker" ]; then
        # Docker has forgotten what it knew.
        rm -f "$reported_marker"
        generation=$generations_dir/$(line_of "$applied_marker")
        resume_watch
    fi
    trap 'refuse agent-failed "the agent could not go on: $(tail -n 1 "$errors_file")"' EXIT
    exec 2>"$errors_file"
    mkdir -p "$run_dir"
    lock
    prepare_volume
    stage
    rm -f "$refusal_file"
    # At once: where the limit of connections is reached, clients want the one that the agent before this had, too.
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
    say "settings are in place"
    echo "${generation##*/}" >"$applied_marker"
    true >"$last_check_marker"
    true >"$intact_marker"
    watching=yes
    watch
}

# After a refusal.
#   sets     generation, of resume_watch
guard() {
    # Nothing has ever been applied.
    if [ ! -e "$current_dir/database" ]; then idle; fi
    generation=$generations_dir/$(basename "$(readlink "$current_dir")")
    if is_intact; then
        rm -rf "$in_force_dir"
        cp -Rp "$generation" "$in_force_dir" || true
    fi
    resume_watch
}

"$1"
