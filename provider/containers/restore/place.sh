# shellcheck shell=sh
# Places checked data so that the settings agent adopts it.

# Whether an agent has adopted restored data before: this container was created again, for example by an upgrade.
is_adopted() {
    [ -e "$adopted_marker" ] || case $(line_of "$owner_file") in "$(line_of "$id_file") adopting "*) [ -s "$id_file" ] ;; *) false ;; esac
}

#   fails    with a refusal, if the location has data
check_empty() {
    local found
    found=$(find "$data_dir" -mindepth 1 ! -path "$data_dir/lost+found" ! -path "$restoring_dir" ! -path "$restoring_dir/*" \
        ! -path "$restored_dir" ! -path "$restored_dir/*" | head -n 1)
    [ -z "$found" ] ||
        refuse restore-onto-data "restoreFrom: $(wanted place) is not empty (${found#"$data_dir/"}), and restoring would replace that data; use an empty location, or leave restoreFrom out to use the data that is there"
}

remove_restoring() { rm -rf "$restoring_dir"; }
remove_restored() { rm -rf "$restored_dir"; }

# Turns the dump in restoring_dir into the files that the agent adopts. With the flavor "aof", the dump becomes the base
# of an append-only file without being rewritten, from 4.0 on; before, the agent has the server convert it.
place() {
    local kind=rdb
    if [ "$(wanted flavor)" = aof ]; then
        if ! is_older "$(wanted version)" 7.0; then
            kind=aof
            mkdir "$restoring_dir/appendonlydir"
            mv "$restoring_dir/dump.rdb" "$restoring_dir/appendonlydir/appendonly.aof.1.base.rdb"
            echo 'file appendonly.aof.1.base.rdb seq 1 type b' >"$restoring_dir/appendonlydir/appendonly.aof.manifest"
        elif ! is_older "$(wanted version)" 4.0; then
            kind=aof
            mv "$restoring_dir/dump.rdb" "$restoring_dir/appendonly.aof"
        fi
    fi
    echo "$kind" >"$restoring_dir/kind"
    # Flushes all file systems, because older images cannot flush single files.
    sync
    mv -T "$restoring_dir" "$restored_dir"
    sync
}
