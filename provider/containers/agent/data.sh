# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# Whose data it is, who wrote it, and which files hold it.

owner_file=/data/.redis-database
# Written by the server itself, at its start: its container's fingerprint and its version.
server_file=/data/.redis-server
# Which kind of file the next start must read, where that is not the flavor's own, until the agent has settled it.
unsettled=/settings/run/unsettled

check_owner() {
    place=$(current place)
    [ -z "$place" ] || [ "$place" = "$(wanted place)" ] ||
        refuse data-place-changed "data: names $(wanted place), but the data is on $place and would stay behind; leave it as it was"
    [ -s $owner_file ] || return 0
    read -r id flavor owner <$owner_file
    if [ "$id" = "$(cat /settings/id)" ] || [ "$owner" = "$(wanted owner)" ]; then return 0; fi
    refuse data-belongs-to-another "data: $(wanted place) belongs to the database $owner; give another place, or, if that database is gone, delete .redis-database there"
}

own_data() {
    ownership="$(cat /settings/id) $(wanted flavor) $(wanted owner)"
    if [ "$(cat $owner_file 2>/dev/null)" = "$ownership" ]; then return; fi
    { echo "$ownership" >$owner_file.new && flush $owner_file.new && mv $owner_file.new $owner_file; } ||
        refuse data-place-not-writable "the data's place cannot be written to, most likely for want of disk space ($(free_mb) MiB are free)"
}

# An older Redis does not read what a newer one wrote.
check_version() {
    wrote=$(server_wrote)
    [ -n "$wrote" ] || return 0
    printf '%s %s\n' "$wrote" "$(wanted version)" | tr . ' ' |
        awk '{ exit $1 * 1000 + $2 > $(NF - 1) * 1000 + $NF }' ||
        refuse data-newer-than-version "the data was written by Redis $wrote, which $(wanted version) cannot read; go back to $(minor "$wrote") or a later version"
}

server_wrote() { cut -d ' ' -f 2 $server_file 2>/dev/null || true; }
minor() { echo "$1" | cut -d . -f 1,2; }

# Whether the server's container will be another one when this up is done.
replacement_planned() { [ -s $server_file ] && [ "$(cut -d ' ' -f 1 $server_file)" != "$(wanted server)" ]; }

# The flavor that wrote the data; empty for data that no database of ours has had.
flavor_now() {
    flavor=$(current flavor)
    [ -n "$flavor" ] || flavor=$(cut -d ' ' -f 2 $owner_file 2>/dev/null) || true
    echo "$flavor"
}

# A start with fewer databases than have keys ends at once.
check_databases() {
    last=$(server INFO keyspace | tr -d '\r' | sed -n 's/^db\([0-9]*\):.*/\1/p' | sort -n | tail -n 1)
    fits=$(awk -F '\t' '$1 == "databases" { print $2 }' /tmp/trial.settings)
    [ -z "$last" ] || [ "$last" -lt "$fits" ] ||
        refuse databases-below-use "config[\"databases\"]: is $fits, but database $last has keys; give at least $((last + 1))"
}

has_aof() { [ -e /data/appendonlydir ] || [ -e /data/appendonly.aof ]; }
has_dump() { [ -e /data/dump.rdb ]; }
is_empty() { [ -z "$(find /data -mindepth 1 ! -path /data/lost+found ! -name '.redis-*' | head -n 1)" ]; }

# Settings for a server that is not there: on the first up, after it was stopped, on data that somebody brought.
apply_at_rest() {
    check_at_rest
    kind=$(cat $unsettled 2>/dev/null) || true
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
    # A dump alone is the data, whatever the flavor: Redis would begin anew with an empty log, and forget it.
    if [ "$kind" = aof ] && ! has_aof; then kind=; fi
    if [ "$kind" = rdb ] && ! has_dump; then kind=; fi
    if [ -z "$kind" ] && has_dump; then kind=rdb; fi
    own_data
    write_logins
    write_primary
    if has_terminator; then apply_certificate; fi
    if [ -n "$kind" ] && { [ "$kind" != "$(wanted flavor)" ] || less_memory; }; then unsettle "$kind"; fi
    commit
}

# Whether the next start could evict, before anybody has looked whether the data fits.
less_memory() { [ "$(current maxmemory_mb)" -gt "$(wanted maxmemory_mb)" ] 2>/dev/null; }

unsettle() {
    echo "$1" >$unsettled.new
    flush $unsettled.new
    mv $unsettled.new $unsettled
}

# Takes over the files that are there, which no database of ours has had: sets kind.
adopt() {
    kind=$(wanted files)
    if [ -z "$kind" ] && has_aof && has_dump; then
        refuse data-files-ambiguous "data: $(wanted place) has both a dump and an append-only file; say in data.files which of them holds the data"
    fi
    if [ -z "$kind" ] && has_aof; then kind=aof; fi
    if [ -z "$kind" ] && has_dump; then kind=rdb; fi
    case $kind in
    aof) has_aof || refuse data-files-missing "data.files: is \"aof\", but $(wanted place) has no appendonlydir and no appendonly.aof" ;;
    rdb) has_dump || refuse data-files-missing "data.files: is \"rdb\", but $(wanted place) has no dump.rdb" ;;
    *) refuse data-not-redis "data: $(wanted place) has files, but neither dump.rdb nor an append-only file; give a place that is empty or has data of Redis" ;;
    esac
    [ "$(wanted flavor)" != nordb ] ||
        refuse flavor-would-discard-data "flavor: \"nordb\" keeps nothing, but $(wanted place) has data; bring it up with \"aof\" or \"rdb\""
    check_format
    set_aside
    chown -R 999:999 /data
    # Until the server has read all of it, nothing may be evicted or overwritten.
    unsettle "$kind"
    say "adopted: $kind"
}

# Every file of Redis tells its format's number at its start; the trial server tells the last that it knows.
check_format() {
    [ "$kind" = rdb ] || [ ! -e /data/appendonlydir ] || grep -q '^appenddirname	' /tmp/trial.settings ||
        refuse data-newer-than-version "data: $(wanted place) was written by Redis 7.0 or later, which $(wanted version) cannot read"
    format=$(format_of "$(adopted_file)")
    [ -n "$format" ] || return 0
    echo BGSAVE | ask /tmp/trial/redis.sock >/dev/null
    until [ -s /tmp/trial/dump.rdb ]; do sleep 0.05; done
    [ "$format" -le "$(format_of /tmp/trial/dump.rdb)" ] ||
        refuse data-newer-than-version "data: $(wanted place) was written by a later Redis (format $format), which $(wanted version) cannot read; give a later version"
}

adopted_file() {
    case $kind in
    rdb) echo /data/dump.rdb ;;
    aof) find /data/appendonlydir/*.base.rdb /data/appendonly.aof 2>/dev/null | head -n 1 ;;
    esac
}

format_of() { head -c 9 "$1" 2>/dev/null | sed -n 's/^REDIS0*\([0-9]\{1,\}\)$/\1/p'; }

# What `data.files` did not name would be overwritten; it is kept beside the data.
set_aside() {
    aside=/data/before-adoption
    case $kind in
    aof) if has_dump; then mkdir -p $aside && mv /data/dump.rdb $aside/; fi ;;
    rdb) if has_aof; then mkdir -p $aside && mv /data/appendonly* $aside/; fi ;;
    esac
}
