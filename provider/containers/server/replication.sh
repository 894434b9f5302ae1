# shellcheck shell=sh
# Whether a replica follows its primary, and no other server follows one.

# An agent that has its server follow, for a switchover or to get the data back, leaves one of these files.
#   prints   PONG, or whom somebody has it follow
check_leading() {
    if [ "$(current importing)" = yes ] || [ -e "$primary_file" ] || [ -e "$starts_empty_marker" ]; then
        echo PONG
    else
        reason_in_log follows-by-hand "it follows $(reply master_host):$(reply master_port), as somebody told it to (REPLICAOF), and takes no writes: the agent ends that within a minute; to copy data from there, set importing: true"
    fi
}

#   prints   PONG if it follows its primary closely; else why not
check_replication() {
    local role status silence host port
    role=$(reply role)
    status=$(reply master_link_status)
    silence=$(reply master_last_io_seconds_ago)
    if [ "$role" = master ] && [ -e "$offering_marker" ]; then
        echo "it sends its primary, which came back without its data, what it has"
    elif [ "$role" = master ]; then
        # A start would follow, and take the primary's data for what was written here.
        mark "$promoted_marker"
        echo "it was promoted by hand and follows nobody: set promoted: true"
    elif ! { read -r host port <"$primary_file"; } 2>/dev/null; then
        reason_in_log primary-not-started "its primary has not started yet"
    elif [ "$status" = up ] && [ "$silence" -le 30 ]; then
        if [ -e "$starts_file" ]; then rm -f "$starts_file"; fi
        echo PONG
    elif [ "$(starts)" -gt 2 ] || { [ -e "$killed_file" ] && [ "$(starts)" -gt 1 ]; }; then
        reason_in_log first-sync-out-of-memory "it ended $(($(starts) - 1)) times before its first sync from $host:$port was done, most likely for want of memory: give it the primary's memoryMb"
    elif [ "$(reply master_sync_in_progress)" = 1 ]; then
        reason_in_log first-sync-not-done "its first sync from $host:$port is not done yet ($(synced)); give it longer: syncTimeoutSeconds"
    elif through_tunnel; then
        reason_in_log primary-not-followed "it does not follow its primary: $(why_not "$host" "$port")"
    else
        reason_in_log primary-not-followed "it does not follow its primary at $host:$port: $(why_not "$host" "$port")"
    fi
}

#   prints   how often this container has started without having followed
starts() { if [ -e "$starts_file" ]; then grep -cxF "$(hostname)" "$starts_file"; else echo 0; fi; }

# Before 6.0 a replica follows through a tunnel, which is where its primary seems to be.
through_tunnel() { [ "$(current primary)" = tunnel ]; }

#   prints   how much of the first sync has come
synced() {
    local total
    total=$(reply master_sync_total_bytes)
    # Before 6.2 Redis says only what is left.
    if [ -n "$total" ]; then echo "$(reply master_sync_read_bytes) bytes of $total"; else echo "$(reply master_sync_left_bytes) bytes are left"; fi
}

# What a client with the replica's own login, and the CA that it trusts, is answered there.
#   $1, $2   host and port of the primary
#   prints   the answer, or what it means
why_not() {
    local answer conf="$current_dir/primary.conf"
    # A tunnel takes plaintext, and knows no user.
    set -- -h "$1" -p "$2"
    through_tunnel || set -- "$@" --tls --cacert "$tls_dir/ca.crt"
    answer=$({
        printf 'AUTH %s %s\n' "$(sed -n 's/^masteruser //p' "$conf")" "$(sed -n 's/^masterauth //p' "$conf")"
        echo PING
    } | timeout 5 redis-cli "$@" --raw 2>&1 | sed '/^$/d; /^OK$/d' | head -n 1)
    case $answer in
    PONG) echo "it answers, but the sync does not succeed; the server's log has the reason" ;;
    '') echo "no answer within 5 seconds" ;;
    *'closed the connection'* | *'Connection reset'*)
        if through_tunnel; then answer="its tunnel does not reach it; the health check of that container says why"; fi
        echo "$answer"
        ;;
    *) echo "$answer" ;;
    esac
}
