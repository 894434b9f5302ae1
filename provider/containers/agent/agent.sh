#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# The settings agent: takes what the program wants from /desired, has a trial server accept it, applies it to the
# running server without dropping anyone, and only then makes it what the next start of the server will read.
# Whatever it refuses leaves the server as it was; the reason is its last line of output. After that it watches over
# what it applied.
set -eu

parts=$(dirname "$0")
. "$parts/redis.sh"
. "$parts/password.sh"
. "$parts/../haproxy/ask.sh"
. "$parts/haproxy.sh"
. "$parts/settings.sh"
. "$parts/trial.sh"
. "$parts/data.sh"
. "$parts/memory.sh"
. "$parts/disk.sh"
. "$parts/users.sh"
. "$parts/persistence.sh"
. "$parts/replication.sh"
. "$parts/refill.sh"
. "$parts/live.sh"
. "$parts/watch.sh"

say() { echo "$*"; }

# Stays, so that the reason can be read and Docker does not start over; the health check never passes. While it watches,
# a refusal only ends this look: the next one tries again. $1 is its code: provider/model/refusals.ts explains each, and
# none changes, since people search for them.
refuse() {
    trap - EXIT
    code=$1
    shift
    reason="$* [redis-database/$code]"
    undo
    stop_trial
    say "refused: $reason"
    if [ -n "$watching" ]; then
        echo "$reason" >/settings/run/refused
        exit 1
    fi
    touch /tmp/refused
    unlock
    idle
}

# A process with number 1 is deaf to signals that it does not wait for.
idle() {
    trap 'exit 0' TERM
    while :; do
        sleep 86400 &
        wait $!
    done
}

watching=

stand_down() {
    say "another agent has taken over"
    unlock
    idle
}

run() {
    # Docker starts it again after a reboot; what was refused stays refused until another agent comes.
    if [ -e /tmp/refused ]; then idle; fi
    trap 'refuse agent-failed "the agent could not go on: $(tail -n 1 /tmp/errors)"' EXIT
    exec 2>/tmp/errors
    mkdir -p /settings/run
    lock
    prepare
    stage
    # What an interrupted up left behind must not undo, after a restart, what its successor has done.
    if [ -e /tmp/applied ] && superseded; then stand_down; fi
    rm -f /tmp/applied /tmp/reported /settings/run/refused
    check_image
    check_version
    check_owner
    check_disk
    start_trial
    read_wanted_settings
    if server_runs; then
        apply_to_running_server
    else
        apply_at_rest
    fi
    unlock
    stop_trial
    trap - EXIT
    say "settings are in place"
    touch /tmp/applied
    watch
}

# Passes once the settings are applied. Docker asks every few milliseconds while an up waits for it; when there is an
# answer, a look now and then is enough.
health() {
    if [ -e /tmp/reported ] || [ -e /tmp/refused ]; then sleep 300; fi
    [ -e /tmp/applied ] && touch /tmp/reported
}

"$1"
