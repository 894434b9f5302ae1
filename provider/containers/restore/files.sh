# shellcheck shell=sh
# Sources on the Docker host: a dump, or an append-only directory. Both are mounted read-only.

#   fails    with a refusal, if the source is not a dump
check_dump_file() {
    [ -f "$source_path" ] || refuse restore-source-missing "restoreFrom.rdbFile: $(wanted from) is not a file"
    [ -n "$(format_of "$source_path")" ] || refuse restore-not-readable "restoreFrom.rdbFile: $(wanted from) is not a dump of Redis"
}

fetch_dump() {
    check_dump_file
    copy "$source_path" "$restoring_dir/dump.rdb"
    check_dump "$restoring_dir/dump.rdb" "$(wanted from)"
}

# Copies a file, or refuses.
#   $1, $2   source and target
copy() {
    cp "$1" "$2" || refuse_space "${1##*/}"
}

#   $1       what could not be written
refuse_space() {
    refuse restore-no-space "restoreFrom: $1 could not be written to $(wanted place), most likely for lack of disk space ($(df -Pm "$data_dir" | awk 'NR == 2 { print $4 }') MiB are free)"
}

# Uses the functions in recognition.sh on a directory other than data_dir.
#   $1       the directory with appendonlydir or appendonly.aof
#   fails    with a refusal, if its append-only file is not complete
check_log_files() {
    local log_dir="$1/appendonlydir" log_file="$1/appendonly.aof" log_manifest="$1/appendonlydir/appendonly.aof.manifest" name path
    path="restoreFrom.appendOnlyDir: $(wanted from)"
    if [ -d "$log_dir" ]; then
        [ ! -e "$log_file" ] || refuse restore-source-ambiguous "$path has both appendonlydir and appendonly.aof; move the one without the data elsewhere"
        ! is_older "$(wanted version)" 7.0 ||
            refuse restore-newer-than-version "version: is \"$(wanted version)\", but $(wanted from) was written by Redis 7.0 or later, which $(wanted version) cannot read; set version to a later one"
        [ -e "$log_manifest" ] || refuse restore-not-readable "$path/appendonlydir has no appendonly.aof.manifest"
        for name in $(listed_files '[bi]'); do
            [ -e "$log_dir/$name" ] || refuse restore-not-readable "$path/appendonlydir has no $name, which its manifest lists"
        done
    elif [ -f "$log_file" ]; then
        is_log "$log_file" || refuse restore-not-readable "$path/appendonly.aof is not an append-only file of Redis"
    else
        refuse restore-source-missing "$path has neither appendonlydir nor appendonly.aof"
    fi
}

# A server reads a copy of the append-only file, since it may repair an incomplete end, and writes a dump of it.
fetch_log() {
    local status=0
    check_log_files "$source_path"
    mkdir "$restoring_dir/log"
    if [ -d "$source_path/appendonlydir" ]; then
        mkdir "$restoring_dir/log/appendonlydir"
        copy_log
    else
        copy "$source_path/appendonly.aof" "$restoring_dir/log/appendonly.aof"
    fi
    start_reader "$restoring_dir/log" --appendonly yes --auto-aof-rewrite-percentage 0 --dbfilename dump.rdb
    await_reader || status=$?
    if [ $status = 137 ]; then
        refuse restore-out-of-memory "restoreFrom: the data of $(wanted from) needs more memory than memoryMb ($(wanted memory_mb)); increase it"
    elif [ $status != 0 ]; then
        refuse_unreadable "$(wanted from)"
    fi
    [ "$(ask_reader SAVE)" = OK ] || refuse_space "a dump of $(wanted from)"
    stop_reader
    mv "$restoring_dir/log/dump.rdb" "$restoring_dir/dump.rdb"
    rm -rf "$restoring_dir/log"
}

copy_log() {
    local log_manifest="$source_path/appendonlydir/appendonly.aof.manifest" name
    copy "$log_manifest" "$restoring_dir/log/appendonlydir/appendonly.aof.manifest"
    for name in $(listed_files '[bi]'); do
        copy "$source_path/appendonlydir/$name" "$restoring_dir/log/appendonlydir/$name"
    done
}
