# shellcheck shell=sh
# How data is kept. Redis reads one kind of file at its start: so the new kind is complete before the settings say that
# it is the one to read, and the old kind is removed only after that.

# Before the settings change: makes what the new flavor's start will read.
enter_flavor() {
    case $(wanted flavor) in
    aof) if flavor_changes; then write_log; fi ;;
    # The last dump of a server that will be replaced must have room: better refused now than killed when it cannot stop.
    rdb) if flavor_changes || replacement_planned; then dump; fi ;;
    esac
}

flavor_changes() { [ "$(data_flavor)" != "$(wanted flavor)" ] || [ -e "$unsettled_file" ]; }

# After it: stops writing the old kind, and removes it, so that no later change brings stale data back.
#   $1       the flavor that wrote the data so far
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

# Whether the server's files were to lie elsewhere, before what is in changed_settings was set.
data_location_changed() { grep -q '^\(dir\|dbfilename\)	' "$changed_settings"; }

# What was written in the meantime may lie there alone.
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
        refuse append-only-file-not-written "the append-only file could not be written, most likely for want of disk space ($(free_mb) MiB are free); the server's log has the reason"
}

# A start ignores what it cannot carry out of its log: writes to a database that it does not have, with what follows them,
# and before 7.0 writes that make a value longer than it may be. So the log must say it in another way before the start.
renew_log() {
    if [ "$(wanted flavor)" = aof ] && { is_lowered databases || is_lowered proto-max-bulk-len; }; then rewrite_log; fi
}

# Whether less is wanted than the server had when this update began.
#   $1       a setting
is_lowered() {
    local former
    former=$(awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$running_settings")
    [ "$(trial_setting "$1")" -lt "$former" ] 2>/dev/null
}

# Or failed: then Redis goes on trying, and what is scheduled does not end.
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
        refuse dump-not-written "the dump could not be written, most likely for want of disk space ($(free_mb) MiB are free); the server's log has the reason"
}

# A memory-only server that is about to be replaced: its data must fit the disk, once.
check_hand_over() {
    local needed
    [ "$(wanted flavor)" = nordb ] && replacement_planned || return 0
    needed=$(($(info memory used_memory) / mib + 1))
    [ "$(free_mb)" -gt $needed ] ||
        refuse disk-too-full-for-hand-over "the server must be replaced and keeps its data in memory only; handing it over takes up to $needed MiB of disk, but $(free_mb) are free; free some, or change what replaces the server later"
}

# With a save point, however far away, the server dumps when it stops. Its successor reads that and removes it.
hand_over() {
    set_live save '2147483647 2147483647'
    say "the server will hand its data over to its successor"
}

# Run by the provider, before it stops a server that Pulumi has lost sight of.
#   sets     generation, watching
release() {
    watching=yes
    generation=$current_dir
    find_access
    if [ "$(current flavor)" = nordb ] && server_answers; then hand_over; fi
}
