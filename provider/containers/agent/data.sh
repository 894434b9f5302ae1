# shellcheck shell=sh
# Whose data it is, who wrote it, and which files hold it.

check_owner() {
    local place id owner
    place=$(current place)
    [ -z "$place" ] || [ "$place" = "$(wanted place)" ] ||
        refuse data-place-changed "data: names $(wanted place), but the data is on $place and would stay behind; leave it as it was"
    [ -s "$owner_file" ] || return 0
    read -r id _ owner <"$owner_file"
    if [ "$id" = "$(cat "$id_file")" ] || [ "$owner" = "$(wanted owner)" ]; then return 0; fi
    refuse data-belongs-to-another "data: $(wanted place) belongs to the database $owner; give another place, or, if that database is gone, delete .redis-database there"
}

own_data() {
    local ownership
    ownership="$(cat "$id_file") $(wanted flavor) $(wanted owner)"
    if [ "$(line_of "$owner_file")" = "$ownership" ]; then return; fi
    echo "$ownership" | replace_file "$owner_file" '' 644 ||
        refuse data-place-not-writable "the data's place cannot be written to, most likely for want of disk space ($(free_mb) MiB are free)"
}

# An older Redis does not read what a newer one wrote.
check_version() {
    local wrote
    wrote=$(server_version)
    [ -n "$wrote" ] || return 0
    if older "$(wanted version)" "$wrote"; then
        refuse data-newer-than-version "the data was written by Redis $wrote, which $(wanted version) cannot read; go back to $(minor "$wrote") or a later version"
    fi
}

#   prints   the version of the server that started last; empty where none has
server_version() { line_of "$server_file" | cut -d ' ' -f 2; }

# Whether the server's container will be another one when this update is done.
replacement_planned() {
    local fingerprint
    [ -s "$server_file" ] || return 1
    read -r fingerprint _ <"$server_file"
    [ "$fingerprint" != "$(wanted server)" ]
}

#   prints   the flavor that wrote the data; empty for data that no database of ours has had
flavor_now() {
    local flavor
    flavor=$(current flavor)
    [ -n "$flavor" ] || flavor=$(line_of "$owner_file" | cut -d ' ' -f 2)
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
check_databases_at_rest() {
    local former limit
    has_aof && [ -e "$current_dir/redis.conf" ] || return 0
    former=$(sed -n 's/^databases //p' "$current_dir/redis.conf" | tail -n 1)
    limit=$(trial_setting databases)
    [ "$limit" -ge "${former:-16}" ] ||
        refuse databases-below-use "config[\"databases\"]: is $limit, but the server does not run, so that nobody knows whether its log uses more; start its container and try again, or give at least ${former:-16}"
}

has_aof() { [ -e "$log_dir" ] || [ -e "$log_file" ]; }
has_dump() { [ -e "$dump_file" ]; }
is_empty() { [ -z "$(find "$data_dir" -mindepth 1 ! -path "$data_dir/lost+found" ! -name '.redis-*' | head -n 1)" ]; }

# Settings for a server that does not run: on the first update, after it was stopped, on data that somebody brought.
apply_at_rest() {
    local kind
    check_at_rest
    check_databases_at_rest
    hold_limits
    kind=$(line_of "$unsettled_file")
    [ -n "$kind" ] || case $(flavor_now) in
    aof) kind=aof ;;
    rdb) kind=rdb ;;
    nordb) kind= ;;
    *) kind=unknown ;;
    esac
    if [ "$kind" = unknown ]; then
        kind=
        if ! is_empty; then adopt; fi
    fi
    # A dump alone is the data, whatever the flavor: Redis would begin a new, empty log and forget the dump.
    if [ "$kind" = aof ] && ! has_aof; then kind=; fi
    if [ "$kind" = rdb ] && ! has_dump; then kind=; fi
    if [ -z "$kind" ] && has_dump; then kind=rdb; fi
    own_data
    "${wanted_access}_write"
    write_primary
    if has_terminator; then apply_certificate; fi
    if [ -n "$kind" ] && { [ "$kind" != "$(wanted flavor)" ] || less_memory || other_limits; }; then unsettle "$kind"; fi
    commit
}

# Whether the next start could evict, before anybody has looked whether the data fits.
less_memory() { [ "$(current maxmemory_mb)" -gt "$(wanted maxmemory_mb)" ] 2>/dev/null; }

# Whether the next start could ignore values in its log that are too long now (renew_log).
other_limits() { [ "$(current value_mb)" != "$(wanted value_mb)" ]; }

#   $1       the kind of file that the next start must read
unsettle() { echo "$1" | replace_file "$unsettled_file" '' 644; }
