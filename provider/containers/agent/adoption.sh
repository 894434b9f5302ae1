# shellcheck shell=sh
# Taking over files of Redis that no database of ours has had.

#   sets     kind, of apply_at_rest: "aof" or "rdb"
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
    check_format "$kind"
    set_aside "$kind"
    chown -R 999:999 "$data_dir"
    # Until the server has read all of it, nothing may be evicted or overwritten.
    unsettle "$kind"
    say "adopted: $kind"
}

# Every file of Redis has its format's number at its start; the trial server writes the latest that it knows.
#   $1       the kind of file
check_format() {
    local format
    [ "$1" = rdb ] || [ ! -e "$log_dir" ] || grep -q '^appenddirname	' "$trial_settings" ||
        refuse data-newer-than-version "data: $(wanted place) was written by Redis 7.0 or later, which $(wanted version) cannot read"
    format=$(format_of "$(adopted_file "$1")")
    [ -n "$format" ] || return 0
    echo BGSAVE | ask_trial >/dev/null
    until [ -s "$trial_dir/dump.rdb" ]; do sleep 0.05; done
    [ "$format" -le "$(format_of "$trial_dir/dump.rdb")" ] ||
        refuse data-newer-than-version "data: $(wanted place) was written by a later Redis (format $format), which $(wanted version) cannot read; give a later version"
}

#   $1       the kind of file
#   prints   the file that says its format
adopted_file() {
    case $1 in
    rdb) echo "$dump_file" ;;
    aof) find "$log_dir"/*.base.rdb "$log_file" 2>/dev/null | head -n 1 ;;
    esac
}

#   $1       a file
#   prints   the number of its format, if it is a dump
format_of() { head -c 9 "$1" 2>/dev/null | sed -n 's/^REDIS0*\([0-9]\{1,\}\)$/\1/p'; }

# Redis would overwrite the files of the other kind.
#   $1       the kind of file that holds the data
set_aside() {
    case $1 in
    aof) if has_dump; then mkdir -p "$aside_dir" && mv "$dump_file" "$aside_dir/"; fi ;;
    rdb) if has_aof; then mkdir -p "$aside_dir" && mv "$data_dir"/appendonly* "$aside_dir/"; fi ;;
    esac
}
