# shellcheck shell=sh
# Whose data it is, who wrote it, and which files hold it.

# The line in owner_file when this agent looked at it or wrote it last.
owner_found=

#   sets     owner_found
check_owner() {
    local place
    place=$(current place)
    [ -z "$place" ] || [ "$place" = "$(wanted place)" ] ||
        refuse data-place-changed "data: names $(wanted place), but the data is on $place and would stay behind; leave it as it was"
    owner_found=$(first_line_of "$owner_file")
    case $owner_found in
    '' | "$(cat "$id_file") "*) return ;;
    esac
    [ "${owner_found#* * }" = "$(wanted owner)" ] || refuse_owner
    # It has lost its settings volume, or it is the same name in the state of somebody else, who knows no volume of its own.
    [ "$(wanted place)" = "the data volume" ] || check_no_writer
}

refuse_owner() {
    refuse data-belongs-to-another "data: $(wanted place) belongs to the database $(first_line_of "$owner_file" | cut -d ' ' -f 3-); give another place, or, if that database is gone, delete .redis-database there"
}

# Two agents may find a place free at the same moment: the link is made for one of them, and until then neither touches
# anything there.
#   $1       the flavor that wrote the data, if it is not the wanted one: "adopting" while somebody else's files are adopted
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
        # Made anew, or not at all: the place is the server's, and there is no other to write to on that volume.
        if ! { rm -f "$new" && (set -C && umask 022 && echo "$ownership" >"$new") && flush "$new" && write_owner "$owner" "$new"; }; then
            rm -f "$new"
            owner=$(first_line_of "$owner_file")
            [ "$owner" = "$owner_found" ] || refuse_owner
            refuse data-place-not-writable "the data's place cannot be written to, most likely for want of disk space ($(free_mb) MiB are free)"
        fi
        owner_found=$ownership
        ;;
    *) refuse_owner ;;
    esac
    if [ "$(stat -c %u "$data_dir")" != 999 ]; then chown 999:999 "$data_dir"; fi
}

#   $1       the owner so far
#   $2       the file that names the one from now on
#   fails    if there was none, and another agent was faster
write_owner() { if [ -n "$1" ]; then mv -Tf "$2" "$owner_file"; else ln -n "$2" "$owner_file" && rm "$2"; fi; }

# An older Redis does not read what a newer one wrote.
check_version() {
    local wrote
    wrote=$(server_version)
    [ -n "$wrote" ] || return 0
    if is_older "$(wanted version)" "$wrote"; then
        refuse data-newer-than-version "the data was written by Redis $wrote, which $(wanted version) cannot read; go back to $(minor "$wrote") or a later version"
    fi
}

#   prints   the version of the server that started last; empty where none has
server_version() { first_line_of "$server_file" | cut -d ' ' -f 2; }

# Whether the server's container will be another one when this update is done.
replacement_planned() {
    local fingerprint
    # Compared with what is wanted, and no more: a look can do without `text_of`.
    [ -s "$server_file" ] || return 1
    read -r fingerprint _ <"$server_file"
    [ "$fingerprint" != "$(wanted server)" ]
}

#   prints   the flavor that wrote the data; empty for data that no database of ours has had
data_flavor() {
    local flavor
    flavor=$(current flavor)
    [ -n "$flavor" ] || flavor=$(first_line_of "$owner_file" | cut -d ' ' -f 2)
    echo "$flavor"
}

# A start with fewer databases than have keys ends at once.
check_databases() {
    local last limit
    last=$(server INFO keyspace | tr -d '\r' | sed -n 's/^db\([0-9]*\):.*/\1/p' | sort -n | tail -n 1)
    limit=$(trial_setting databases)
    [ -z "$last" ] || [ "$last" -lt "$limit" ] ||
        refuse databases-below-use "config[\"databases\"]: is $limit, but database $last has keys; give at least $((last + 1))"
}

# The same for a log whose server does not run: nobody can tell what it says.
check_databases_of_stopped_server() {
    local former limit
    has_aof && [ -e "$current_dir/redis.conf" ] || return 0
    former=$(sed -n 's/^databases //p' "$current_dir/redis.conf" | tail -n 1)
    limit=$(trial_setting databases)
    [ "$limit" -ge "${former:-16}" ] ||
        refuse databases-below-use "config[\"databases\"]: is $limit, but the server does not run, so that nobody knows whether its log uses more; start its container and try again, or give at least ${former:-16}"
}

# Settings for a server that does not run: on the first update, after it was stopped, on data that somebody brought.
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
        if ! is_empty; then
            choose_files
            claim_data adopting
            adopt_files
        fi
    fi
    # A dump alone is the data, whatever the flavor: Redis would begin a new, empty log and forget the dump.
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

# Whether the next start could evict, before anybody has looked whether the data fits.
maxmemory_shrinks() { [ "$(current maxmemory_mb)" -gt "$(wanted maxmemory_mb)" ] 2>/dev/null; }

# Whether the next start could ignore values in its log that are too long now (renew_log).
value_limit_changes() { [ "$(current value_mb)" != "$(wanted value_mb)" ]; }

#   $1       the kind of file that the next start must read
unsettle() { echo "$1" | replace_file "$unsettled_file" '' 644; }
