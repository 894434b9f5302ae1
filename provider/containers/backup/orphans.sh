#!/bin/sh
# shellcheck source-path=SCRIPTDIR disable=SC2154
# Lists, removes and exports the backups in repositories without using the container of a database, which may no longer
# exist. Runs in the image of restic, which reads this script from its standard input. The text before it
# (provider/platform/backups/stores.ts) writes the files in $desired, and sets desired, restic, cache and errors.
#   $1       list, or purge or export
#   $2       the ID of a backup
#   $3       the number of the repository
#   $4       the owner of the backup
#   prints   for `list` a JSON object for each repository; for `export` the dump
set -eu
parts=$(dirname "$0")
. "$parts/repositories.sh"

owner=${4:-}

# Ends with the reason for which restic failed.
#   $1       the number of the repository
#   $2       restic's status
fail() {
    local explained
    explained=$(explain_restic "$1" "$2" "$errors")
    printf '%s\n' "refused: ${explained#*	} [redis-database/${explained%%	*}]" >&2
    exit 1
}

#   $1       a text
#   prints   the text as a string in JSON
json() { printf '"%s"' "$(printf '%s' "$1" | tr '\n\t\r' '   ' | sed 's/["\\]/\\&/g')"; }

# Lists the backups of all databases in a repository.
#   $1       its number
#   prints   a JSON object
list() {
    local found explained status=0
    found=$(run_restic "$1" snapshots --no-lock --json 2>"$errors") || status=$?
    printf '{"repository":%s,"kind":"%s","location":%s,' "$1" "$(repository "$1" 2)" "$(json "$(repository "$1" 9)")"
    if [ $status = 0 ]; then
        printf '"snapshots":%s}\n' "$found"
    else
        explained=$(explain_restic "$1" $status "$errors")
        printf '"error":%s}\n' "$(json "${explained#*	} [redis-database/${explained%%	*}]")"
    fi
}

# Finds a backup.
#   $1       the number of a repository
#   $2       the ID of the backup
#   prints   restic's ID
snapshot_of() {
    local found status=0
    found=$(snapshots "$1" "$2" 2>"$errors") || status=$?
    [ $status = 0 ] || fail "$1" $status
    found=$(printf '%s' "$found" | snapshot_lines | cut -f 2)
    if [ -z "$found" ]; then
        printf '%s\n' "refused: $(repository_name "$1") has no backup $2 of $owner [redis-database/backup-not-found]" >&2
        exit 1
    fi
    printf '%s\n' "$found"
}

case $1 in
list)
    for number in $(repository_numbers); do list "$number"; done
    ;;
purge)
    snapshot=$(snapshot_of "$3" "$2")
    # Only removes the locks of processes that have ended.
    run_restic "$3" unlock --quiet >/dev/null 2>&1 || true
    # shellcheck disable=SC2086 # more than one if a repository was merged with another
    run_restic "$3" forget --quiet --prune $snapshot >/dev/null 2>"$errors" || fail "$3" $?
    ;;
export)
    snapshot=$(snapshot_of "$3" "$2")
    run_restic "$3" dump --no-lock "$(printf '%s\n' "$snapshot" | head -n 1)" /dump.rdb 2>"$errors" || fail "$3" $?
    ;;
esac
