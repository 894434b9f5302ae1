# shellcheck shell=sh
# Commands for the backups that are in the repositories.

#   $1       the number of a repository
check_number() { [ -n "$(repository "$1" 1)" ] || refuse repository-unknown "there is no repository $1"; }

# Finds a backup.
#   $1       the number of the repository
#   $2       the ID of the backup; empty for the newest
#   sets     found_snapshot: its line (snapshot_lines)
#   fails    if there is none
find_snapshot() {
    found_snapshot=
    list_snapshots "$1" "$2" || return
    found_snapshot=$(snapshot_lines <"$listed_snapshots" | tail -n 1)
    [ -n "$found_snapshot" ] ||
        problem backup-not-found "$(repository_name "$1"): there is no backup ${2:+$2 }of $owner"
}

# Lists the backups of this database, or of all databases, in each repository.
#   $1       `all`, or empty
#   prints   for each repository: restic's list, or why there is none, in JSON
list() {
    local number
    for number in $(repository_numbers); do
        printf '{"repository":%s,"kind":"%s","location":%s,' "$number" "$(repository "$number" 2)" "$(json "$(repository "$number" 9)")"
        if list_snapshots "$number" "$1"; then
            printf '"snapshots":%s}\n' "$(tr -d '\n' <"$listed_snapshots")"
        else
            printf '"error":%s}\n' "$(json "$(failure)")"
        fi
    done
}

# Copies a backup to another repository. The repositories can have different passwords and credentials, which `restic
# copy` does not support for all kinds.
#   $1       the ID of the backup
#   $2, $3   the numbers of the repositories
#   sets     bytes
copy() {
    local tags time
    check_number "$2"
    check_number "$3"
    find_snapshot "$3" "$1" && refuse backup-exists "$(repository_name "$3"): it already has the backup $1"
    [ "$(failure_code)" = backup-not-found ] || give_up
    find_snapshot "$2" "$1" || give_up
    say "reading the backup from $(repository_name "$2")"
    fetch "$2" "$found_snapshot" "$staged_dump" || give_up
    time=$(echo "$found_snapshot" | cut -f 1 | cut -c 1-19 | tr T ' ')
    tags=$(echo "$found_snapshot" | cut -f 3 | tr ',' '\n' | grep -vx verified | tr '\n' ',')
    bytes=$(wc -c <"$staged_dump" | tr -d ' ')
    say "writing the backup to $(repository_name "$3")"
    store "$3" "$time" "${tags%,}" || give_up
}

# Removes a backup from a repository, or from all of them.
#   $1       its ID
#   $2       the number of the repository; empty for all
purge() {
    local number status found=
    [ -n "$1" ] || refuse backup-not-found "no ID of a backup was given"
    for number in ${2:-$(repository_numbers)}; do
        check_number "$number"
        if ! find_snapshot "$number" "$1"; then
            if [ "$(failure_code)" = backup-not-found ] && [ -z "$2" ]; then continue; fi
            give_up
        fi
        if is_append_only "$number"; then
            refuse repository-append-only "$(repository_name "$number"): it is append-only, and keeps the backup $1"
        fi
        unlock_repository "$number"
        status=0
        # shellcheck disable=SC2046 # several IDs
        run_restic "$number" forget --quiet --prune $(snapshot_lines <"$listed_snapshots" | cut -f 2) >/dev/null 2>"$restic_errors" || status=$?
        [ $status = 0 ] || restic_problem "$number" $status || give_up
        found=yes
        say "$(repository_name "$number"): removed $1"
    done
    [ -n "$found" ] || refuse backup-not-found "no repository has a backup $1 of $owner"
}

# Writes a backup to standard output.
#   $1       its ID; empty for the newest
#   $2       the number of the repository; empty for the first that has the backup
#   prints   the dump
export_dump() {
    local number status=0 summing
    for number in ${2:-$(repository_numbers)}; do
        check_number "$number"
        if find_snapshot "$number" "$1"; then break; fi
    done
    [ -n "$found_snapshot" ] || give_up
    # Not staged, because the dump may be larger than the free space.
    mkfifo "$sum_pipe"
    sha256sum <"$sum_pipe" >"$sum_output" &
    summing=$!
    run_restic "$number" dump --quiet "$(echo "$found_snapshot" | cut -f 2)" /dump.rdb 2>"$restic_errors" | tee "$sum_pipe" || status=$?
    wait $summing
    [ $status = 0 ] || restic_problem "$number" $status || give_up
    [ "$(cut -c 1-64 "$sum_output")" = "$(tag sha256 "$(echo "$found_snapshot" | cut -f 3)")" ] ||
        refuse backup-damaged "$(repository_name "$number"): the exported dump is not complete or not what was stored; its hash differs: $(tail -n 1 "$restic_errors")"
}
