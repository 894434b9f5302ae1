# shellcheck shell=sh
# Persistence and changes of flavor. Redis reads one kind of file at start. The new kind is therefore complete before
# the settings name it, and the old kind is removed after that.

# Before the settings change, writes the file that the new flavor reads at start.
enter_flavor() {
    case $(wanted flavor) in
    aof) if flavor_changes; then write_log; fi ;;
    # A server that is about to be replaced needs disk space for its last dump: without it, the server would refuse to
    # stop, and Docker would kill it. This dump shows whether there is enough.
    rdb) if flavor_changes || replacement_planned; then dump; fi ;;
    esac
}

flavor_changes() { [ "$(data_flavor)" != "$(wanted flavor)" ] || [ -e "$unsettled_file" ]; }

# After the settings have changed, stops writing the old kind of file and removes it, so that no later change reads
# stale data.
#   $1       the former flavor
leave_flavor() {
    case $(wanted flavor) in
    aof) ;;
    rdb)
        set_live appendonly no
        remove_dir "$log_dir"
        rm -f "$log_file"
        ;;
    nordb)
        set_live appendonly no
        remove_dir "$log_dir"
        rm -f "$log_file"
        if replacement_planned; then
            hand_over
        else
            set_live save ''
            rm -f "$dump_file"
        fi
        ;;
    esac
    if [ "$1" != "$(wanted flavor)" ]; then say "applied: flavor $(wanted flavor)"; fi
}

# Whether the settings in changed_settings, which were just applied, move the server's files.
data_location_changed() { grep -q '^\(dir\|dbfilename\)	' "$changed_settings"; }

# Writes all data to the right location. The latest data may exist only in the files at the former location.
write_data() {
    case $(wanted flavor) in
    aof) rewrite_log ;;
    rdb) dump ;;
    esac
}

write_log() {
    if [ "$(info persistence aof_enabled)" = 0 ]; then
        printf 'appendonly\tno\n' >>"$former_settings"
        set_live appendonly yes
    fi
    await_log
}

rewrite_log() {
    local reply
    while :; do
        reply=$(server BGREWRITEAOF)
        case $reply in
        *started* | *scheduled*) break ;;
        *progress*) sleep 0.1 ;;
        *) refuse append-only-file-not-written "the server does not rewrite the append-only file: $reply" ;;
        esac
    done
    await_log
}

await_log() {
    until log_written; do sleep 0.1; done
    [ "$(info persistence aof_last_bgrewrite_status)" = ok ] ||
        refuse append-only-file-not-written "the append-only file could not be written, most likely for lack of disk space ($(free_mb) MiB are free); the server's log has the reason"
}

# Rewrites the append-only file before a restart with lower limits. A starting server ignores logged commands that it
# cannot execute: writes to a database that no longer exists, and before 7.0 writes that make a value longer than
# allowed.
renew_log() {
    if [ "$(wanted flavor)" = aof ] && { is_lowered databases || is_lowered proto-max-bulk-len; }; then rewrite_log; fi
}

# Whether this update lowers a setting.
#   $1       the setting
is_lowered() {
    local former
    former=$(awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$running_settings")
    [ "$(trial_setting "$1")" -lt "$former" ] 2>/dev/null
}

# Whether no rewrite is running. After a failed rewrite Redis keeps the next one scheduled, which counts as ended.
log_written() {
    case $(info persistence '\(rdb_bgsave_in_progress\|aof_rewrite_in_progress\|aof_rewrite_scheduled\)' | tr -d '\n') in
    000) return 0 ;;
    001) [ "$(info persistence aof_last_bgrewrite_status)" = err ] ;;
    *) return 1 ;;
    esac
}

dump() {
    local reply
    while :; do
        reply=$(server BGSAVE)
        case $reply in
        *started*) break ;;
        *progress* | *active*) sleep 0.1 ;;
        *) refuse dump-not-started "the server does not dump: $reply" ;;
        esac
    done
    while [ "$(info persistence rdb_bgsave_in_progress)" != 0 ]; do sleep 0.1; done
    [ "$(info persistence rdb_last_bgsave_status)" = ok ] ||
        refuse dump-not-written "the dump could not be written, most likely for lack of disk space ($(free_mb) MiB are free); the server's log has the reason"
}

# Checks that the disk has space for the dump of a memory-only server that is about to be replaced.
check_hand_over() {
    local needed
    [ "$(wanted flavor)" = nordb ] && replacement_planned || return 0
    needed=$(($(info memory used_memory) / mib + 1))
    [ "$(free_mb)" -gt $needed ] ||
        refuse disk-too-full-for-hand-over "the server must be replaced and keeps its data in memory only; the hand-over takes up to $needed MiB of disk, but $(free_mb) are free; free some space, or undo the change that replaces the server"
}

# Sets a save point, even though it is never reached: Redis then dumps when it stops. The successor reads the dump and
# removes it.
hand_over() {
    set_live save '2147483647 2147483647'
    say "the server will hand its data over to its successor"
}

# Run by the component before it stops a server that is missing in Pulumi's state.
#   sets     generation, watching
release() {
    watching=yes
    generation=$current_dir
    find_access
    if [ "$(current flavor)" = nordb ] && server_answers; then hand_over; fi
}
