#!/bin/sh
# Healthy is a server that answers an authenticated PING and whose data is settled. Docker asks every few milliseconds
# while an up waits for the first answer; after that, and where there is none for long, the check slows itself down.
failures=/tmp/health-failures
if [ -e /tmp/healthy ]; then
    sleep 30
elif [ "$(wc -l 2>/dev/null <$failures)" -gt 50 ] 2>/dev/null; then
    sleep 2
fi
# Before 6.0 there are no users, but one password.
login() {
    if [ -e /settings/acl/password.conf ]; then
        case $(echo 'ACL WHOAMI' | timeout 5 redis-cli -s /settings/run/redis.sock --raw 2>&1) in
        *'unknown command'*)
            sed 's/^requirepass/AUTH/' /settings/acl/password.conf
            return
            ;;
        esac
    fi
    printf 'AUTH health %s\n' "$(cat /settings/health.secret)"
}
# PONG, if it follows its primary closely; else why not.
link() {
    read -r host port </settings/run/primary
    state=$({ login; echo 'INFO replication'; } | timeout 5 redis-cli -s /settings/run/redis.sock --raw 2>&1 | tr -d '\r')
    field() { echo "$state" | sed -n "s/^$1://p"; }
    if [ "$(field role)" = master ]; then
        echo "it was promoted by hand and follows nobody: set promoted: true"
    elif [ "$(field master_link_status)" = up ] && [ "$(field master_last_io_seconds_ago)" -le 30 ]; then
        echo PONG
    elif [ "$(field master_sync_in_progress)" = 1 ]; then
        tell "its first sync from $host:$port is not done yet ($(field master_sync_read_bytes) bytes of $(field master_sync_total_bytes)); give it longer: syncTimeoutSeconds"
    else
        tell "it does not follow its primary at $host:$port: $(why "$host" "$port")"
    fi
}
# What a client with the replica's own login, and its trust, hears from there.
why() {
    answer=$({
        printf 'AUTH %s %s\n' "$(sed -n 's/^masteruser //p' $conf)" "$(sed -n 's/^masterauth //p' $conf)"
        echo PING
    } | timeout 5 redis-cli -h "$1" -p "$2" --tls --cacert /settings/tls/ca.crt --raw 2>&1 | sed '/^$/d; /^OK$/d' | head -n 1)
    case $answer in
    PONG) echo "it answers, but the sync does not succeed; the server's log has the reason" ;;
    '') echo "no answer within 5 seconds" ;;
    *) echo "$answer" ;;
    esac
}
conf=/settings/current/primary.conf
# Where an up that fails looks for it: in this container's log, at its end.
tell() {
    if [ $(($(wc -l 2>/dev/null <$failures || echo 0) % 25)) = 1 ]; then echo "refused: $1" >/proc/1/fd/1; fi
    echo "$1"
}
# The password travels on standard input: a command line and an environment are for others to read.
reply=$({ login; echo PING; } |
    timeout 5 redis-cli -s /settings/run/redis.sock --raw 2>&1 | sed '/^$/d' | tail -n 1)
if [ "$reply" = PONG ] && [ -e /settings/run/unsettled ]; then
    reply="the agent is settling the data"
    # The agent's reason goes where an up that fails looks for it: into this container's log.
    if [ -e /settings/run/refused ] && [ ! -e /tmp/told ]; then
        reply="refused: $(cat /settings/run/refused)"
        touch /tmp/told
        echo "$reply" >/proc/1/fd/1
    fi
fi
if [ "$reply" = PONG ] && [ -s /settings/run/primary ]; then reply=$(link); fi
if [ "$reply" = PONG ] && [ -e /settings/run/held ]; then reply=$(cat /settings/run/held); fi
if [ "$reply" = PONG ]; then
    # A memory-only server has read what its predecessor handed over: from now on it is in memory only.
    if [ ! -e /tmp/healthy ] && grep -q '^flavor=nordb' /settings/current/database; then
        find /data/dump.rdb ! -newer /tmp/started -exec rm {} + 2>/dev/null
    fi
    touch /tmp/healthy
    rm -f $failures
else
    echo "$reply" | tee -a $failures
    rm -f /tmp/healthy
    exit 1
fi
