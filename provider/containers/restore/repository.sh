# shellcheck shell=sh
# Source: a repository of backups, which is only read.

# Runs restic without a lock, which it would write to the repository.
#   $@       its arguments
restic_reads() { run_restic 1 --no-lock "$@"; }

# Refuses to continue with an error of restic.
#   $1       its exit code
refuse_repository() {
    local explained code
    explained=$(explain_restic 1 "$1" "$restic_errors_file")
    code=${explained%%	*}
    case $code in
    # restic writes the dump to the location of the data.
    backup-disk-full) refuse_space "the backup" ;;
    backup-failed) code=restore-failed ;;
    esac
    refuse "$code" "restoreFrom.repository: ${explained#*	}"
}

# Finds the backup, and checks whether the wanted version can read it.
#   sets     database, backup, restic_seconds
find_backup() {
    local json tags status=0
    restic_seconds=60
    json=$(restic_reads snapshots --tag redis-database --json 2>"$restic_errors_file") || status=$?
    restic_seconds=
    [ $status = 0 ] || refuse_repository $status
    choose_backup "$(printf '%s\n' "$json" | parse_snapshots)"
    tags=$(printf '%s\n' "$backup" | cut -f 4)
    check_version_given "$(tag engine "$tags")" "$(tag version "$tags")" "the backup $(backup_name)"
    check_release "$(tag engine "$tags")" "$(tag version "$tags")" "the backup $(backup_name)"
}

#   prints   the ID and the database of the backup, for messages
backup_name() { printf '%s\n' "$backup" | awk -F '\t' '{ print $1 " of " $3 }'; }

try_backup() {
    local tags
    find_backup
    tags=$(printf '%s\n' "$backup" | cut -f 4)
    say "found: the backup $(backup_name) ($(engine_name "$(tag engine "$tags")") $(tag version "$tags"), $(tag keys "$tags") keys, $(tag bytes "$tags") bytes)"
}

fetch_backup() {
    local tags hash status=0
    find_backup
    tags=$(printf '%s\n' "$backup" | cut -f 4)
    say "restoring: the backup $(backup_name)"
    restic_reads dump "$(printf '%s\n' "$backup" | cut -f 2)" /dump.rdb >"$restoring_dir/dump.rdb" 2>"$restic_errors_file" || status=$?
    [ $status = 0 ] || refuse_repository $status
    hash=$(tag sha256 "$tags")
    if [ -z "$hash" ]; then
        check_dump "$restoring_dir/dump.rdb" "the backup $(backup_name)"
        return
    fi
    # The same bytes passed all checks before they were stored.
    if [ "$(sha256sum <"$restoring_dir/dump.rdb" | cut -d ' ' -f 1)" = "$hash" ]; then return; fi
    refuse restore-backup-damaged "restoreFrom.snapshot: the backup $(backup_name) is damaged: it is not the file that was stored; choose another one"
}
