#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Restores data onto the empty data volume of a new database, before its settings agent starts: from a repository of
# backups, a dump, an append-only directory or another server. Everything is read and checked in restoring_dir. The last
# step renames that directory to restored_dir, from which the agent adopts the data. An interrupted restore therefore
# leaves nothing that a server would start with, and starts over.
#
#   run      restores, then waits for Docker to end the container
#   health   Docker's health check: passes once the data is restored
#   try      checks whether a restore is possible, and changes nothing (a preview)
set -eu

parts=$(dirname "$0")
. "$parts/../shared/files.sh"

if [ "$1" = health ]; then
    [ -e "$restore_done_marker" ] || exit 1
    if [ -e "$reported_marker" ]; then sleep 300; fi
    mark "$reported_marker"
    exit
fi

. "$parts/../shared/settings.sh"
. "$parts/../agent/recognition.sh"
. "$parts/../backup/repositories.sh"
. "$parts/input.sh"
. "$parts/snapshots.sh"
. "$parts/repository.sh"
. "$parts/files.sh"
. "$parts/server.sh"
. "$parts/checks.sh"
. "$parts/place.sh"

# The command that limits the time of a program that waits for an answer; empty while data is transferred.
limited=

# The database whose backups repositories.sh lists. A restore lists those of all databases (repository.sh).
# shellcheck disable=SC2034 # used there
owner=

# In a preview, this is the image of restic.
[ -x "$restic" ] || restic=restic
if [ -e "$ca_certificates" ]; then
    SSL_CERT_FILE=$ca_certificates
    export SSL_CERT_FILE
fi

# Writes to the log.
#   $*       the text
say() { printf '%s\n' "$*"; }

# Ends the restore. Docker starts the container again, which repeats the reason without another attempt, and the update
# then ends with it. Another update creates another container.
#   $1       the refusal's code (provider/model/refusals.ts)
#   $2       the reason
refuse() {
    trap - EXIT
    remove_restoring
    { printf '%s\n' "refused: $2 [redis-database/$1]" >"$refused_marker"; } 2>/dev/null || true
    say "refused: $2 [redis-database/$1]"
    exit 1
}

# Waits for Docker to end this container.
idle() {
    trap 'exit 0' TERM
    while :; do
        sleep 86400 &
        wait $!
    done
}

run() {
    if [ -e "$refused_marker" ]; then
        cat "$refused_marker"
        exit 1
    fi
    rm -f "$reported_marker"
    if [ ! -e "$restore_done_marker" ] && ! is_adopted; then
        exec 2>"$errors_file"
        # The shell does not end for a signal while a command is running.
        trap 'exit 143' TERM INT
        trap 'refuse restore-failed "restoreFrom: the restore failed unexpectedly: $(tail -n 1 "$errors_file")"' EXIT
        unpack_input
        check_empty
        remove_restoring
        remove_restored
        mkdir "$restoring_dir"
        fetch_from_source
        place
        trap - EXIT
        say "the data is restored"
    fi
    mark "$restore_done_marker"
    idle
}

#   fails    with a refusal, if a restore is not possible
try() {
    unpack_input
    try_source
}

"$1"
