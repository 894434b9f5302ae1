# shellcheck shell=sh disable=SC2154 # it is a part of health.sh
# Whether a replica follows.

# What it logs in with.
conf=/settings/current/primary.conf

# PONG, if it follows its primary closely; else why not.
link() {
    field() { printf '%s\n' "$replies" | sed -n "s/^$1://p"; }
    if [ "$(field role)" = master ] && [ -e /settings/run/offering ]; then
        echo "it sends its primary, which came back without its data, what it has"
    elif [ "$(field role)" = master ]; then
        # A start would follow, and take the primary's data for what was written here.
        touch /settings/run/promoted
        echo "it was promoted by hand and follows nobody: set promoted: true"
    elif ! read -r host port 2>/dev/null </settings/run/primary; then
        tell primary-not-started "its primary has not started yet"
    elif [ "$(field master_link_status)" = up ] && [ "$(field master_last_io_seconds_ago)" -le 30 ]; then
        rm -f /settings/run/starts
        echo PONG
    elif [ "$(starts)" -gt 2 ]; then
        tell first-sync-out-of-memory "it ended $(($(starts) - 1)) times before its first sync from $host:$port was done, most likely for want of memory: give it the primary's memoryMb"
    elif [ "$(field master_sync_in_progress)" = 1 ]; then
        tell first-sync-not-done "its first sync from $host:$port is not done yet ($(synced)); give it longer: syncTimeoutSeconds"
    elif through_link; then
        tell primary-not-followed "it does not follow its primary: $(why "$host" "$port")"
    else
        tell primary-not-followed "it does not follow its primary at $host:$port: $(why "$host" "$port")"
    fi
}

starts() { if [ -e /settings/run/starts ]; then grep -cxF "$(hostname)" /settings/run/starts; else echo 0; fi; }

# Before 6.0 that is where its link is.
through_link() { grep -q '^primary=link' /settings/current/database; }

synced() {
    total=$(field master_sync_total_bytes)
    # Before 6.2 it tells only what is left.
    if [ -n "$total" ]; then echo "$(field master_sync_read_bytes) bytes of $total"; else echo "$(field master_sync_left_bytes) bytes are left"; fi
}

# What a client with the replica's own login, and its trust, hears from there.
why() {
    # A link speaks TLS, and knows no user.
    set -- -h "$1" -p "$2"
    through_link || set -- "$@" --tls --cacert /settings/tls/ca.crt
    answer=$({
        printf 'AUTH %s %s\n' "$(sed -n 's/^masteruser //p' $conf)" "$(sed -n 's/^masterauth //p' $conf)"
        echo PING
    } | timeout 5 redis-cli "$@" --raw 2>&1 | sed '/^$/d; /^OK$/d' | head -n 1)
    case $answer in
    PONG) echo "it answers, but the sync does not succeed; the server's log has the reason" ;;
    '') echo "no answer within 5 seconds" ;;
    *'closed the connection'* | *'Connection reset'*)
        if through_link; then answer="its link does not reach it; the health check of that container says why"; fi
        echo "$answer"
        ;;
    *) echo "$answer" ;;
    esac
}

# Where an up that fails looks for it: in this container's log, at its end. $1 is its code, as of the agent's refusals.
tell() {
    reason="$2 [redis-database/$1]"
    if [ $(($(wc -l 2>/dev/null <"$failures" || echo 0) % 25)) = 1 ]; then echo "refused: $reason" >/proc/1/fd/1; fi
    echo "$reason"
}
