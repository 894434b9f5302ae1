# shellcheck shell=sh
# Checks which database owns the data, which version wrote it, and which files hold it.

# The line in owner_file when this agent last read or wrote it.
owner_found=

#   sets     owner_found
check_owner() {
    local place
    place=$(current place)
    [ -z "$place" ] || [ "$place" = "$(wanted place)" ] ||
        refuse data-place-changed "data: names $(wanted place), but the data is on $place and would stay behind; do not change this argument"
    owner_found=$(first_line_of "$owner_file")
    case $owner_found in
    '' | "$(cat "$id_file") "*) return ;;
    esac
    [ "${owner_found#* * }" = "$(wanted owner)" ] || refuse_owner
    # The owner has the same name, but another settings volume. Either this database has lost its settings volume, or a
    # database in another state has the same name and may still write the data. The database's own data volume is never
    # shared.
    [ "$(wanted place)" = "the data volume" ] || check_no_writer
}

refuse_owner() {
    refuse data-belongs-to-another "data: $(wanted place) belongs to the database $(first_line_of "$owner_file" | cut -d ' ' -f 3-); use another location, or, if that database no longer exists, delete .redis-database there"
}

# Claims the data for this database. If two agents find unclaimed data at the same time, only one of them can create the
# link, and neither changes any file before that.
#   $1       the flavor that wrote the data (default: the wanted flavor); "adopting" while existing files are adopted
#   sets     owner_found
claim_data() {
    local id ownership owner new
    id=$(cat "$id_file")
    ownership="$id ${1:-$(wanted flavor)} $(wanted owner)"
    owner=$(first_line_of "$owner_file")
    new=$owner_file.$id
    case $owner in
    "$ownership") ;;
    "$id "* | "$owner_found")
        # Only create this file, and never open an existing one: the server's user can write to this directory
        # (links.sh).
        if ! { rm -f "$new" && (set -C && umask 022 && echo "$ownership" >"$new") && flush "$new" && write_owner "$owner" "$new"; }; then
            rm -f "$new"
            owner=$(first_line_of "$owner_file")
            [ "$owner" = "$owner_found" ] || refuse_owner
            refuse data-place-not-writable "the data's location is not writable, most likely for lack of disk space ($(free_mb) MiB are free)"
        fi
        owner_found=$ownership
        ;;
    *) refuse_owner ;;
    esac
    if [ "$(stat -c %u "$data_dir")" != 999 ]; then chown 999:999 "$data_dir"; fi
}

# Replaces owner_file, or creates it.
#   $1       the former owner; empty if there is none
#   $2       the file with the new owner
#   fails    if there was no owner, and another agent was faster
write_owner() { if [ -n "$1" ]; then mv -Tf "$2" "$owner_file"; else ln -n "$2" "$owner_file" && rm "$2"; fi; }

# Refuses a downgrade, because an older Redis cannot read the data of a newer one.
check_version() {
    local wrote
    wrote=$(server_version)
    [ -n "$wrote" ] || return 0
    if is_older "$(wanted version)" "$wrote"; then
        refuse data-newer-than-version "the data was written by Redis $wrote, which $(wanted version) cannot read; go back to $(minor "$wrote") or a later version"
    fi
}

#   prints   the version of the server that started last; empty if none has started
server_version() { first_line_of "$server_file" | cut -d ' ' -f 2; }

# Whether this update replaces the server's container.
replacement_planned() {
    local fingerprint
    # The content is only compared, so `text_of`, which starts processes, is not necessary.
    [ -s "$server_file" ] || return 1
    read -r fingerprint _ <"$server_file"
    [ "$fingerprint" != "$(wanted server)" ]
}

#   prints   the flavor that wrote the data; empty if no database of this component owned it
data_flavor() {
    local flavor
    flavor=$(current flavor)
    [ -n "$flavor" ] || flavor=$(first_line_of "$owner_file" | cut -d ' ' -f 2)
    echo "$flavor"
}

# Refuses fewer databases than have keys, because the server could not start again.
check_databases() {
    local last limit
    last=$(server INFO keyspace | tr -d '\r' | sed -n 's/^db\([0-9]*\):.*/\1/p' | sort -n | tail -n 1)
    limit=$(trial_setting databases)
    [ -z "$last" ] || [ "$last" -lt "$limit" ] ||
        refuse databases-below-use "config[\"databases\"]: is $limit, but database $last has keys; give at least $((last + 1))"
}

# Refuses fewer databases than before for a stopped server with an append-only file, because it is unknown which of them
# have keys.
check_databases_of_stopped_server() {
    local former limit
    has_aof && [ -e "$current_dir/redis.conf" ] || return 0
    former=$(sed -n 's/^databases //p' "$current_dir/redis.conf" | tail -n 1)
    limit=$(trial_setting databases)
    [ "$limit" -ge "${former:-16}" ] ||
        refuse databases-below-use "config[\"databases\"]: is $limit, but the server is not running, so it is unknown whether its append-only file uses more; start its container and try again, or give at least ${former:-16}"
}

# Applies settings for a stopped server: on the first update, after the container was stopped, or for data to be
# adopted.
apply_to_stopped_server() {
    local kind
    check_stopped_primary
    check_databases_of_stopped_server
    keep_former_limits
    kind=$(first_line_of "$unsettled_file")
    [ -n "$kind" ] || case $(data_flavor) in
    aof) kind=aof ;;
    rdb) kind=rdb ;;
    nordb) kind= ;;
    *) kind=unknown ;;
    esac
    if [ "$kind" = unknown ]; then
        kind=
        if is_restored; then
            claim_data adopting
            adopt_restored
        elif ! is_empty; then
            choose_files
            claim_data adopting
            adopt_files
        fi
    fi
    # If there is a dump but no append-only file, the dump holds the data, with any flavor: with `appendonly yes`, Redis
    # would start with a new, empty append-only file and ignore the dump.
    if [ "$kind" = aof ] && ! has_aof; then kind=; fi
    if [ "$kind" = rdb ] && ! has_dump; then kind=; fi
    if [ -z "$kind" ] && has_dump; then kind=rdb; fi
    claim_data
    "${wanted_access}_write"
    write_primary
    if has_terminator; then apply_certificate; fi
    if [ -n "$kind" ] && { [ "$kind" != "$(wanted flavor)" ] || maxmemory_shrinks || value_limit_changes; }; then unsettle "$kind"; fi
    commit
}

# Whether the next start could evict keys before the agent has checked that the data fits.
maxmemory_shrinks() { [ "$(current maxmemory_mb)" -gt "$(wanted maxmemory_mb)" ] 2>/dev/null; }

# Whether the next start could ignore values in the append-only file that exceed a new limit (renew_log).
value_limit_changes() { [ "$(current value_mb)" != "$(wanted value_mb)" ]; }

# Marks the data as unsettled: after the next start, the agent checks and converts it.
#   $1       the kind of file that the next start must read
unsettle() { echo "$1" | replace_file "$unsettled_file" '' 644; }
