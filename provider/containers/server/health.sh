#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# The server's health check. A healthy server answers an authenticated PING, its data is settled, the disk has enough
# free space, and its certificate does not expire soon. A healthy replica follows its primary; a healthy primary follows
# no server and accepts its replicas. The check runs every 45 seconds as long as the database exists, so it queries
# Redis only once and otherwise uses shell built-ins where possible.
parts=$(dirname "$0")
. "$parts/../shared/files.sh"
. "$parts/../shared/settings.sh"
. "$parts/../shared/redact.sh"
. "$parts/secrets.sh"
. "$parts/../shared/pace.sh"
. "$parts/login.sh"
. "$parts/memory.sh"
. "$parts/replication.sh"
. "$parts/disk.sh"
. "$parts/expiry.sh"

#   prints   the server's replies
ask() {
    local status=0
    { log_in; printf '%s\n' 'INFO memory' 'INFO replication' PING; } |
        timeout 5 redis-cli -s "$socket" --raw 2>&1 || status=$?
    if [ $status = 124 ]; then echo "no answer within 5 seconds"; fi
}

# Reads a field by parameter expansion, because dash reads a here-document byte by byte.
#   $1       a field of INFO
#   prints   its value
reply() {
    local rest
    case $replies in
    *"$newline$1:"*)
        rest=${replies#*"$newline$1:"}
        printf '%s\n' "${rest%%"$carriage_return"*}"
        ;;
    esac
}

# Writes each reason why the agent refused to settle the data to this container's log once. A failed update reads it
# there.
#   prints   what the server is waiting for
unsettled() {
    local refusal
    refusal=$(line_of "$refusal_file")
    if [ -n "$refusal" ] && [ "$(line_of "$logged_refusal")" != "$refusal" ] && echo "$refusal" >"$logged_refusal"; then
        echo "refused: $refusal" >>"$ROOT/proc/1/fd/1"
        echo "refused: $refusal"
    else
        echo "the agent is still checking and converting the data"
    fi
}

# Removes the dump that a memory-only server's predecessor handed over, once the server has read it.
forget_dump() {
    if [ "$(current flavor)" != nordb ] || [ ! -e "$dump_file" ]; then return; fi
    if [ ! -e "$healthy_marker" ]; then find "$dump_file" ! -newer "$started_marker" -exec rm {} + 2>/dev/null; fi
    # Before 6.0 a replica keeps the dump of its last sync and would load it at a restart.
    if through_tunnel; then rm -f "$dump_file"; fi
}

# Runs the checks one after another. The first problem is reported.
#   prints   PONG, or what is wrong
check() {
    local result problem
    # The last line is the reply to PING.
    result=${replies##*"$newline"}
    if [ "$result" = PONG ] && [ -e "$unsettled_file" ]; then result=$(unsettled); fi
    if [ "$result" = PONG ] && [ -n "$(current primary)" ]; then result=$(check_replication); fi
    if [ "$result" = PONG ] && [ "$(reply role)" = slave ] && [ -z "$(current primary)" ]; then result=$(check_leading); fi
    if [ "$result" = PONG ] && [ -e "$starts_empty_marker" ]; then
        result=$(line_of "$blocked_file")
        : "${result:=it started without its data; the agent asks its replicas for the data, and writes are refused until then}"
    fi
    # Before 6.0 the agent and this check log in with the same password, so this check fails, too.
    case $result in
    PONG | NOAUTH*)
        if [ -e "$locked_out_marker" ]; then
            result=$(reason_in_log agent-login-refused "the agent cannot log in, because its user or the password was changed by hand: restart this container, which restores both$(restart_warning)")
        fi
        ;;
    # At the limit, the server closes each new connection, before or after redis-cli has sent a command.
    *'max number of clients'* | 'Error: '* | '')
        result=$(reason_in_log maxclients-reached "clients use all connections that maxclients allows, and no other client can connect: disconnect some of them, or raise config[\"maxclients\"]")
        ;;
    BUSY*) result=$(reason_in_log server-busy "$result Wait until the script has ended, or end it as this message of Redis says") ;;
    'no answer'*) result="$result: a long command blocks the server, or its clients are paused (CLIENT PAUSE)" ;;
    esac
    # The first answer of a new container does not depend on the disk, because an update waits for it. While a new file
    # replaces an old one, both exist for a moment, so check twice.
    if [ "$result" = PONG ] && [ -e "$answered_marker" ] && [ -n "$(check_disk)" ]; then
        sleep 2
        problem=$(check_disk)
        if [ -n "$problem" ]; then result=$problem; fi
    fi
    printf '%s\n' "$result"
}

newline='
'
carriage_return=$(printf '\r')
pause_before_check
note_memory_limit
replies=$(ask)
result=$(check)
if [ "$result" != PONG ]; then fail_check "$result"; fi
forget_dump
report_kill
report_expiry
note_success
if [ ! -e "$answered_marker" ]; then
    # A kill before the first answer has no further consequences.
    forget_kill
    mark "$answered_marker"
    # A restart of this container clears /tmp; start.sh then re-creates the marker.
    { hostname >"$answered_file"; } 2>/dev/null
fi
