# shellcheck shell=sh
# Adopts existing files of Redis that no database of this component owns. All checks run before any file is changed.

# Chooses the files that hold the data, and checks them.
#   sets     kind (a variable of apply_to_stopped_server): "aof" or "rdb"
choose_files() {
    local unadoptable
    check_no_writer
    unadoptable=$(unadoptable_files)
    if [ -n "$unadoptable" ] && ! has_aof && ! has_dump; then
        refuse data-not-redis "data: $(wanted place) has files, but neither dump.rdb nor an append-only file ($unadoptable); use a location that is empty or has Redis data"
    fi
    [ -z "$unadoptable" ] ||
        refuse data-has-other-files "data: $(wanted place) has files that cannot be adopted ($unadoptable): the data must be in dump.rdb, appendonly.aof, or appendonlydir with the files that its manifest lists; rename these files if they hold data, otherwise move them elsewhere"
    kind=$(wanted files)
    if [ -z "$kind" ] && has_aof && has_dump; then
        refuse data-files-ambiguous "data: $(wanted place) has both a dump and an append-only file; set data.files to the kind that holds the data"
    fi
    if [ -z "$kind" ] && has_aof; then kind=aof; fi
    if [ -z "$kind" ] && has_dump; then kind=rdb; fi
    case $kind in
    aof) has_aof || refuse data-files-missing "data.files: is \"aof\", but $(wanted place) has no appendonlydir and no appendonly.aof" ;;
    rdb) has_dump || refuse data-files-missing "data.files: is \"rdb\", but $(wanted place) has no dump.rdb" ;;
    *) refuse data-not-redis "data: $(wanted place) has files, but neither dump.rdb nor an append-only file; use a location that is empty or has Redis data" ;;
    esac
    [ "$(wanted flavor)" != nordb ] ||
        refuse flavor-would-discard-data "flavor: \"nordb\" keeps nothing on disk, but $(wanted place) has data; adopt it with \"aof\" or \"rdb\""
    if [ "$kind" = aof ]; then check_log; fi
    check_set_aside
    check_format
    check_readable
}

# Refuses files that another server is still writing.
check_no_writer() {
    local before
    before=$(list_data_files)
    sleep 2
    if [ "$(list_data_files)" = "$before" ] && [ -z "$(find "$data_dir" -mindepth 1 -name 'temp-*' -mmin -1)" ]; then return; fi
    refuse data-being-written "data: the files in $(wanted place) are being written; stop the server that writes them, wait a minute and run pulumi up again"
}

#   prints   each file that is not the component's own, with its inode, size and modification time
list_data_files() { find "$data_dir" -mindepth 1 ! -name '.redis-*' -exec stat -c '%n %i %s %y' {} + 2>/dev/null | sort; }

check_log() {
    local name
    if [ ! -e "$log_dir" ]; then
        is_log "$log_file" || refuse_unreadable appendonly.aof "is not an append-only file of Redis"
        return
    fi
    grep -q '^appenddirname	' "$trial_settings" ||
        refuse data-newer-than-version "data: $(wanted place) was written by Redis 7.0 or later, which $(wanted version) cannot read"
    [ ! -e "$log_file" ] ||
        refuse data-files-ambiguous "data: $(wanted place) has both appendonlydir and appendonly.aof; move the one without the data elsewhere"
    [ -e "$log_manifest" ] || refuse_unreadable appendonlydir "has no appendonly.aof.manifest"
    for name in $(listed_files '[bi]'); do
        [ -e "$log_dir/$name" ] || refuse_unreadable appendonlydir "has no $name, which its manifest lists"
        case $name in
        *.rdb) [ -n "$(format_of "$log_dir/$name")" ] ;;
        *) is_log "$log_dir/$name" ;;
        esac || refuse_unreadable "appendonlydir/$name" "does not have the format that its name implies"
    done
}

#   $1, $2   a file, and what is wrong with it
refuse_unreadable() {
    refuse data-not-readable "data: $1 in $(wanted place) $2; repair it with the tools of Redis, or restore it from a backup"
}

# Refuses to overwrite files that an earlier adoption has set aside.
check_set_aside() {
    local file
    case $kind in
    aof) set -- "$dump_file" ;;
    rdb) set -- "$log_dir" "$log_file" ;;
    esac
    for file; do
        [ ! -e "$file" ] || [ ! -e "$set_aside_dir/${file##*/}" ] ||
            refuse data-has-other-files "data: $(wanted place) has ${file##*/}, which would be moved to before-adoption, but that directory already has one; move the latter elsewhere"
    done
}

# Refuses a dump in a later format than this version can read. A dump begins with the number of its format; the trial
# server writes a dump in the latest format that it supports.
check_format() {
    local format
    format=$(format_of "$(first_file)")
    if [ -z "$format" ]; then
        [ "$kind" != rdb ] || refuse_unreadable dump.rdb "is not a dump of Redis"
        return
    fi
    echo BGSAVE | ask_trial >/dev/null
    until [ -s "$trial_dir/dump.rdb" ]; do sleep 0.05; done
    if reads_format "$format" "$(format_of "$trial_dir/dump.rdb")"; then return; fi
    [ "$(engine_of "$format")" = "$(image_engine)" ] ||
        refuse data-newer-than-version "data: $(wanted place) was written by $(engine_of "$format") (format ${format#* }), which $(image_engine) $(wanted version) cannot read; set engine to the one that wrote it"
    refuse data-newer-than-version "data: $(wanted place) was written by a later $(engine_of "$format") (format ${format#* }), which $(wanted version) cannot read; set version to a later one"
}

# Refuses a file that a server of this version cannot load, such as one with data of modules: the server would stop at
# each start. A second server reads the file. If it needs more memory than the agent has, the tool that checks dumps
# reads it instead.
check_readable() {
    local status=0 reason modules
    [ -n "$(format_of "$(first_file)")" ] || return 0
    read_file || status=$?
    case $status in
    0) return ;;
    137) check_file || return 0 ;;
    esac
    modules=$(sed -n "s/.*no matching module.* '\(.*\)'.*/\1/p; s/.*MODULE AUX for: //p" "$reader_log" | sort -u | tr '\n' ' ')
    [ -z "$modules" ] ||
        refuse data-needs-modules "data: $(wanted place) has data of modules (${modules% }), which are not available here; remove that data and the modules from the server that wrote it, and write a new dump"
    reason=$(sed -n '/^--- RDB ERROR DETECTED/{n;s/^\[[^]]*] //p;}' "$reader_log" | tail -n 1)
    [ -n "$reason" ] || reason=$(sed -n 's/^.* # //p' "$reader_log" | grep -v '^\(Fatal error loading\|Terminating server\)' | tail -n 1)
    refuse_unreadable "$(first_file | sed "s,^$data_dir/,,")" "cannot be loaded by Redis $(image_version): $reason"
}

# Makes the files the database's own.
adopt_files() {
    # Set aside files of the other kind, which Redis would overwrite.
    case $kind in
    aof) if has_dump; then set_aside "$dump_file"; fi ;;
    rdb) if has_aof; then set_aside "$data_dir"/appendonly*; fi ;;
    esac
    (enter "$data_dir" && own_files ! -name "${set_aside_dir##*/}" ! -name lost+found ! -name '.redis-*')
    if [ -d "$log_dir" ]; then (enter "$log_dir" && own_files); fi
    # Until the server has read all data, it must not evict or overwrite any.
    unsettle "$kind"
    say "adopted: $kind"
}

# Whether the data of `restoreFrom` waits for its adoption. It is checked (restore/restore.sh), and every flavor can take
# it: with "nordb", the server reads it once.
#   fails    with a refusal, if other files have appeared next to it
is_restored() {
    # What an interrupted restore left behind, after which the program left out `restoreFrom`.
    rm -rf "$restoring_dir"
    [ -e "$restored_dir/kind" ] || return 1
    [ -n "$owner_found" ] || is_empty ||
        refuse data-has-other-files "data: $(wanted place) has files besides those that were restored; move them elsewhere"
}

# Moves restored files to where Redis reads them. Can be repeated after an interruption.
#   sets     kind (a variable of apply_to_stopped_server)
adopt_restored() {
    local file
    kind=$(first_line_of "$restored_dir/kind")
    for file in dump.rdb appendonly.aof appendonlydir; do
        if [ -e "$restored_dir/$file" ]; then mv -T "$restored_dir/$file" "$data_dir/$file"; fi
    done
    (enter "$data_dir" && own_files ! -name lost+found ! -name '.redis-*')
    if [ -d "$log_dir" ]; then (enter "$log_dir" && own_files); fi
    unsettle "$kind"
    place_marker "$adopted_marker"
    rm -rf "$restored_dir"
    say "adopted: restored data"
}

#   $@       the files
set_aside() {
    mkdir -p "$set_aside_dir"
    (enter "$set_aside_dir" && mv "$@" .)
}

# Gives the server's user the files in the working directory.
#   $@       conditions of find for the files to leave out
own_files() { find . -mindepth 1 -maxdepth 1 "$@" -exec chown -h 999:999 {} +; }
