# shellcheck shell=sh
# Whether a replica follows its primary, and a server that is not a replica follows none.

# A server that is not a replica may follow another one during an import. The agent makes it follow one during a
# switchover (primary_file) and while it gets its data back from a replica (starts_empty_marker).
#   prints   PONG, or which server it follows because of a manual change
check_leading() {
    if [ "$(current importing)" = yes ] || [ -e "$primary_file" ] || [ -e "$starts_empty_marker" ]; then
        echo PONG
    else
        reason_in_log follows-by-hand "it follows $(reply master_host):$(reply master_port), because someone ran REPLICAOF, and refuses writes: the agent ends this within a minute; to copy that server's data, set importing: true"
    fi
}

#   prints   PONG if its link to the primary is up and has received data in the last 30 seconds, else the reason why not
check_replication() {
    local role status silence host port
    role=$(reply role)
    status=$(reply master_link_status)
    silence=$(reply master_last_io_seconds_ago)
    if [ "$role" = master ] && [ -e "$offering_marker" ]; then
        echo "it offers its data to its primary, which started without data"
    elif [ "$role" = master ]; then
        # If the next start followed the primary, its data would replace what was written here.
        mark "$promoted_marker"
        echo "it was promoted by hand and follows no primary: set promoted: true"
    elif ! { read -r host port <"$primary_file"; } 2>/dev/null; then
        reason_in_log primary-not-started "its primary has not started yet"
    elif [ "$status" = up ] && [ "$silence" -le 30 ]; then
        if [ -e "$starts_file" ]; then rm -f "$starts_file"; fi
        echo PONG
    elif [ "$(starts)" -gt 2 ] || { [ -e "$killed_file" ] && [ "$(starts)" -gt 1 ]; }; then
        reason_in_log first-sync-out-of-memory "it stopped $(($(starts) - 1)) times before its first sync from $host:$port was complete, most likely for lack of memory: set its memoryMb to that of the primary"
    elif [ "$(reply master_sync_in_progress)" = 1 ]; then
        reason_in_log first-sync-not-done "its first sync from $host:$port is not complete yet ($(synced)); increase syncTimeoutSeconds"
    elif through_tunnel; then
        reason_in_log primary-not-followed "it does not follow its primary: $(why_not "$host" "$port")"
    else
        reason_in_log primary-not-followed "it does not follow its primary at $host:$port: $(why_not "$host" "$port")"
    fi
}

#   prints   how often this container has started without completing a first sync
starts() { if [ -e "$starts_file" ]; then grep -cxF "$(hostname)" "$starts_file"; else echo 0; fi; }

# Before 6.0 a replica reaches its primary through a tunnel, so Redis reports the tunnel's address as that of the
# primary.
through_tunnel() { [ "$(current primary)" = tunnel ]; }

#   prints   how much of the first sync has been received
synced() {
    local total
    total=$(reply master_sync_total_bytes)
    # Before 6.2 Redis reports only what is left.
    if [ -n "$total" ]; then echo "$(reply master_sync_read_bytes) bytes of $total"; else echo "$(reply master_sync_left_bytes) bytes are left"; fi
}

# Connects to the primary with the replica's login and the CA that it trusts, to find out why replication fails.
#   $1, $2   host and port of the primary
#   prints   the primary's reply, or what it means
why_not() {
    local answer conf="$current_dir/primary.conf"
    # A tunnel accepts plaintext, and the servers behind it have no users.
    set -- -h "$1" -p "$2"
    through_tunnel || set -- "$@" --tls --cacert "$tls_dir/ca.crt"
    answer=$({
        printf 'AUTH %s %s\n' "$(sed -n 's/^masteruser //p' "$conf")" "$(sed -n 's/^masterauth //p' "$conf")"
        echo PING
    } | timeout 5 redis-cli "$@" --raw 2>&1 | sed '/^$/d; /^OK$/d' | head -n 1)
    case $answer in
    PONG) echo "it answers, but the sync fails; the server's log has the reason" ;;
    '') echo "no answer within 5 seconds" ;;
    *'closed the connection'* | *'Connection reset'*)
        if through_tunnel; then answer="the tunnel cannot reach it; the health check of the tunnel's container has the reason"; fi
        echo "$answer"
        ;;
    *) echo "$answer" ;;
    esac
}
