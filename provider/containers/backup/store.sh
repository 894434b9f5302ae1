# shellcheck shell=sh
# One backup: a dump, which is stored in each repository. The repositories are independent of each other.

# Records why restic failed.
#   $1       the number of the repository
#   $2       restic's status
#   fails    always
restic_problem() {
    local explained
    explained=$(explain_restic "$1" "$2" "$restic_errors")
    problem "${explained%%	*}" "${explained#*	}"
}

# Lists snapshots.
#   $1       the number of a repository
#   $2       the ID of a backup; empty for all of this database; `all` for all of the repository
#   sets     listed_snapshots, a file: restic's list, in JSON
#   fails    if that is not possible
list_snapshots() {
    local status=0 restic_seconds=30
    case $2 in
    all) run_restic "$1" snapshots --no-lock --json >"$listed_snapshots" 2>"$restic_errors" || status=$? ;;
    *) snapshots "$1" "$2" >"$listed_snapshots" 2>"$restic_errors" || status=$? ;;
    esac
    if [ $status != 0 ]; then
        # With --json, restic does not say why it could not reach a server.
        restic_seconds=5
        run_restic "$1" cat config >/dev/null 2>"$restic_errors" || status=$?
        restic_problem "$1" $status
    fi
}

# Removes the locks of killed processes. restic recognizes them by this container's host name and a process ID that is
# no longer in use.
#   $1       the number of a repository
unlock_repository() {
    local restic_seconds=30
    # Each call of restic takes up to a second to open the repository.
    if is_local "$1" && [ -z "$(ls -A "$(repository "$1" 3)/locks" 2>/dev/null)" ]; then return; fi
    run_restic "$1" unlock --quiet >/dev/null 2>&1 || true
}

# restic itself tries for 15 minutes to reach a server. That is good for a backup that has begun, but not for one that
# has not.
#   $1       the number of a repository
#   fails    if it cannot be opened now
reach_repository() {
    local status=0 restic_seconds=30
    # restic sees at once whether it is there.
    if is_local "$1"; then return; fi
    run_restic "$1" cat config >/dev/null 2>"$restic_errors" || status=$?
    [ $status = 0 ] || restic_problem "$1" $status
}

# Opens a repository, and creates it if there is none.
#   $1       its number
#   fails    if that is not possible
open_repository() {
    local status=0 restic_seconds=30
    run_restic "$1" cat config >/dev/null 2>"$restic_errors" || status=$?
    case $status in
    0) ;;
    10) create_repository "$1" ;;
    *) restic_problem "$1" $status ;;
    esac
}

# Creates a repository. Two containers that create the same one at the same time would damage it. On this host, a lock in
# its directory prevents that. In other storage, each container waits for a time of its own, and looks again.
#   $1       its number
#   fails    if that is not possible
create_repository() {
    local lock status=0 restic_seconds=30
    lock="$(repository "$1" 3)/.redis-database-lock"
    if is_local "$1"; then
        { true >>"$lock"; } 2>/dev/null || lock=/dev/null
    else
        lock=/dev/null
        sleep "$(($(od -An -N1 -tu1 /dev/urandom) % 8))"
    fi
    (
        flock 8
        run_restic "$1" cat config >/dev/null 2>"$restic_errors" || status=$?
        if [ $status = 10 ]; then
            status=0
            run_restic "$1" init --quiet >/dev/null 2>"$restic_errors" || status=$?
            [ $status != 0 ] || say "$(repository_name "$1"): created"
        fi
        [ $status = 0 ] || restic_problem "$1" $status
    ) 8>>"$lock"
}

# Whether there is space for a backup in a repository on this host. A full disk would also stop other programs.
#   $1       the number of the repository
check_repository_space() {
    local free
    if ! is_local "$1"; then return; fi
    free=$(free_space "$(repository "$1" 3)")
    if [ "$free" -lt $((bytes + 8388608)) ]; then
        problem backup-disk-full "$(repository_name "$1"): the backup needs up to $(size "$bytes"), and the disk has $(size "$free") free space"
    fi
}

#   $1       a time in seconds
#   prints   the time as in restic's options
restic_time() { date -u -d "@$1" '+%Y-%m-%d %H:%M:%S'; }

# Stores the dump in a repository. A repository that no longer exists is not created again: an empty one would hide that
# the earlier backups are gone, for example because a disk is not mounted.
#   $1       its number
#   $2       the time of the backup, as in restic's options
#   $3       the tags, separated by commas
#   fails    if it is not stored
store() {
    local status=0
    check_repository_space "$1" || return
    reach_repository "$1" || return
    unlock_repository "$1"
    run_restic "$1" backup --quiet --host "$owner" --time "$2" --tag "$3" --stdin --stdin-filename /dump.rdb \
        <"$staged_dump" >/dev/null 2>"$restic_errors" || status=$?
    [ $status = 0 ] || restic_problem "$1" $status
}

# Compares a backup with the previous one.
#   $1       the previous backup, in JSON
#   prints   an alarm, if there are far fewer keys or bytes
drop() {
    local keys_before bytes_before
    keys_before=$(printf '%s\n' "$1" | member keys)
    bytes_before=$(printf '%s\n' "$1" | member bytes)
    if [ "${keys_before:-0}" -ge 20 ] && [ $((keys * 2)) -lt "$keys_before" ]; then
        echo "the backup has $keys keys, and the previous one had $keys_before"
    elif [ "${bytes_before:-0}" -ge 65536 ] && [ $((bytes * 2)) -lt "$bytes_before" ]; then
        echo "the backup has $bytes bytes, and the previous one had $bytes_before"
    fi
}

# Makes a backup.
#   $1       its kind: scheduled, manual or final
#   prints   the backup, in JSON
#   fails    if it is not in every repository
back_up() {
    local number id started release tags ok stored='' failed='' causes='' reason results='' result before
    started=$(now)
    id=$(date -u -d "@$started" +%Y%m%d-%H%M%S)-$(od -An -N2 -tx1 /dev/urandom | tr -d ' \n')
    say "dumping the database"
    if ! dump; then
        note_failure "$started" "$(failure_code)" "$(failure_reason)"
        give_up
    fi
    release=$(redis-server --version | sed 's/.* v=\([0-9.]*\).*/\1/')
    tags="redis-database,id=$id,kind=$1"
    if [ "$1" = final ]; then tags="$tags,final"; fi
    tags="$tags,engine=$(wanted engine),version=$(wanted version),release=$release,flavor=$(wanted flavor),keys=$keys,bytes=$bytes,sha256=$sha256"
    for number in $(repository_numbers); do
        say "storing $keys keys, $(size "$bytes"), in $(repository_name "$number")"
        ok=false
        reason=
        if store "$number" "$(restic_time "$started")" "$tags"; then
            ok=true
            stored=yes
            note_stored "$number" "$started"
            apply_retention "$number" || reason="the backup is stored, but older ones could not be removed: $(failure_reason)"
        else
            failed=yes
            reason=$(failure_reason)
        fi
        if [ -n "$reason" ]; then
            causes="${causes:-$(failure_code)	}${causes:+; }$reason"
            say "$reason"
            reason=$(json "$reason")
        fi
        result="{\"number\":$number,\"kind\":\"$(repository "$number" 2)\",\"location\":$(json "$(repository "$number" 9)"),\"ok\":$ok,\"reason\":${reason:-null}}"
        results="$results${results:+,}$result"
    done
    result="{\"id\":\"$id\",\"time\":\"$(iso "$started")\",\"database\":$(json "$owner"),\"kind\":\"$1\",\"engine\":\"$(wanted engine)\",\"version\":\"$(wanted version)\",\"release\":\"$release\",\"flavor\":\"$(wanted flavor)\",\"keys\":$keys,\"bytes\":$bytes,\"sha256\":\"$sha256\",\"repositories\":[$results]}"
    rm -f "$staged_dump"
    if [ -n "$stored" ]; then
        before=$(line_of "$last_file")
        drop "$before" | write_status "$alarm_file"
        if [ -s "$alarm_file" ]; then say "alarm: $(line_of "$alarm_file")"; fi
        printf '%s\n' "$result" | write_status "$last_file"
    fi
    # Without the right to remove older backups, the next run is still due as scheduled, and not at once.
    if [ -z "$failed" ]; then note_run "$started"; fi
    if [ -n "$causes" ]; then
        note_failure "$started" "${causes%%	*}" "${causes#*	}"
    else
        rm -f "$failing_file"
    fi
    printf '%s\n' "$result"
    if [ -n "$failed" ]; then
        problem "${causes%%	*}" "${causes#*	}" || give_up
    fi
}
