#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Backups of a database. The container's main process makes them as scheduled (`serve`); `docker exec` runs the other
# commands, which the last lines list. It runs in the server's image, on dash and on busybox's ash, with restic from a
# volume (install.sh). A command that fails ends with a line "refused: REASON [redis-database/CODE]" on standard error.
set -eu
# restic asks a process whether it is alive by this signal, which would end a shell that got the ID of a killed restic.
trap '' HUP
umask 077

parts=$(dirname "$0")
. "$parts/../shared/files.sh"
. "$parts/files.sh"
. "$parts/../shared/settings.sh"
. "$parts/../shared/redact.sh"
. "$parts/../shared/pace.sh"
. "$parts/../server/login.sh"
. "$parts/errors.sh"
. "$parts/repositories.sh"
. "$parts/status.sh"
. "$parts/health.sh"
. "$parts/dump.sh"
. "$parts/retention.sh"
. "$parts/store.sh"
. "$parts/verify.sh"
. "$parts/commands.sh"
. "$parts/schedule.sh"

# Reads a setting.
#   $1       its name
#   prints   its value
wanted() { setting "$1" "$desired/settings"; }

# Waits for its turn, and removes what a killed command has left. When this process ends, its dumps are removed, too.
take_turn() {
    exec 9>"$turn_file"
    if ! flock -n 9; then
        say "waiting for another command of this container"
        flock 9
    fi
    rm -rf "$dumps_dir"
    mkdir "$dumps_dir"
    trap 'rm -rf "$work_files.$$".* "$dumps_dir"/*' EXIT
}

# The name of the database, under which its backups are stored.
owner=$(wanted owner)
SSL_CERT_FILE=$ca_certificates
export SSL_CERT_FILE

command=$1
shift
# The health check runs often, and uses none of what follows.
case $command in
health | status)
    "$command"
    exit
    ;;
esac
trap 'rm -f "$work_files.$$".*' EXIT
printf 'backup-failed\ta command failed unexpectedly\n' >"$failure_file"
case $command in
serve) serve ;;
list) list "${1-}" ;;
export) export_dump "${1-}" "${2-}" ;;
run)
    take_turn
    back_up "${1:-manual}"
    ;;
verify)
    take_turn
    verify "${1-}" "${2-}"
    ;;
copy)
    take_turn
    copy "$1" "$2" "$3"
    ;;
purge)
    take_turn
    purge "$1" "${2-}"
    ;;
*) refuse backup-failed "there is no command $command" ;;
esac
