# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# How data is kept. Redis reads one kind of file at its start: so the new kind is complete before the settings say that
# it is the one to read, and the old kind goes only after that.

set_live() {
    reply=$(server "CONFIG SET $1 $(quote "$2")")
    [ "$reply" = OK ] || refuse setting-not-accepted "the running server does not accept $1 $2: $reply"
}

# Before the settings change: makes what the new flavor's start will read.
enter_flavor() {
    case $(wanted flavor) in
    aof) if enters; then write_log; fi ;;
    # The last dump of a server that will be replaced must have room: better refused now than killed when it cannot stop.
    rdb) if enters || replacement_planned; then dump; fi ;;
    esac
}

enters() { [ "$(flavor_now)" != "$(wanted flavor)" ] || [ -e "$unsettled" ]; }

# After it: stops writing the old kind, and removes it, so that no later change of mind brings stale data back.
leave_flavor() {
    case $(wanted flavor) in
    aof) ;;
    rdb)
        set_live appendonly no
        rm -rf /data/appendonlydir /data/appendonly.aof
        ;;
    nordb)
        set_live appendonly no
        rm -rf /data/appendonlydir /data/appendonly.aof
        if replacement_planned; then
            hand_over
        else
            set_live save ''
            rm -f /data/dump.rdb
        fi
        ;;
    esac
    if [ "$was" != "$(wanted flavor)" ]; then say "applied: flavor $(wanted flavor)"; fi
}

write_log() {
    if [ "$(info persistence aof_enabled)" = 0 ]; then
        printf 'appendonly\tno\n' >>/tmp/undo
        set_live appendonly yes
    fi
    until log_written; do sleep 0.1; done
    [ "$(info persistence aof_last_bgrewrite_status)" = ok ] ||
        refuse append-only-file-not-written "the append-only file could not be written, most likely for want of disk space ($(free_mb) MiB are free); the server's log has the reason"
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

free_mb() { df -Pm /data | awk 'NR == 2 { print $4 }'; }

# A memory-only server that is about to be replaced: what it holds must fit the disk, once.
check_handover() {
    [ "$(wanted flavor)" = nordb ] && replacement_planned || return 0
    needed=$(($(info memory used_memory) / mib + 1))
    [ "$(free_mb)" -gt $needed ] ||
        refuse disk-too-full-for-hand-over "the server must be replaced and keeps its data in memory only; handing it over takes up to $needed MiB of disk, but $(free_mb) are free; free some, or change what replaces the server later"
}

# With a save point, however far away, the server dumps when it is told to stop. Its successor reads that and removes it.
hand_over() {
    set_live save '2147483647 2147483647'
    say "the server will hand its data over to its successor"
}

# Asked for from outside, before a server that Pulumi has lost sight of is stopped.
release() {
    watching=yes
    if [ "$(current flavor)" = nordb ] && server_answers; then hand_over; fi
}
