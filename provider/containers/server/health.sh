#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Healthy is a server that answers an authenticated PING, whose data is settled, whose disk has room for more and whose
# certificate is valid for a while; a replica follows its primary, and a primary follows nobody and lets its replicas follow. It runs every 45 seconds for as long as the database
# lives, so it asks Redis once and otherwise does with what the shell has built in.
parts=$(dirname "$0")
. "$parts/../shared/files.sh"
. "$parts/../shared/settings.sh"
. "$parts/../shared/redact.sh"
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

# By expansion, since dash reads a here-document byte by byte.
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

# The agent's reason not to settle the data belongs where a failed update looks for it: in this container's log, once for
# each reason.
#   prints   what the server is waiting for
unsettled() {
    local refusal
    refusal=$(line_of "$refusal_file")
    if [ -n "$refusal" ] && [ "$(line_of "$logged_refusal")" != "$refusal" ] && echo "$refusal" >"$logged_refusal"; then
        echo "refused: $refusal" >>"$ROOT/proc/1/fd/1"
        echo "refused: $refusal"
    else
        echo "the agent is settling the data"
    fi
}

# A memory-only server has read what its predecessor handed over: from now on its data is in memory only.
forget_dump() {
    if [ "$(current flavor)" != nordb ] || [ ! -e "$dump_file" ]; then return; fi
    if [ ! -e "$healthy_marker" ]; then find "$dump_file" ! -newer "$started_marker" -exec rm {} + 2>/dev/null; fi
    # Before 6.0 a replica keeps the dump of a sync, and would load that at a restart.
    if through_tunnel; then rm -f "$dump_file"; fi
}

# Each check in turn, from the one that says most.
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
        : "${result:=it came back without its data; the agent asks its replicas for it, and it takes no writes before}"
    fi
    # Before 6.0 this check logs in as the agent does.
    case $result in
    PONG | NOAUTH*)
        if [ -e "$locked_out_marker" ]; then
            result=$(reason_in_log agent-login-refused "somebody changed the agent's user or the password, so that it cannot log in: restart this container, which makes that right again$(restart_warning)")
        fi
        ;;
    # Before or after redis-cli has sent something, the server closes each further connection.
    *'max number of clients'* | 'Error: '* | '')
        result=$(reason_in_log maxclients-reached "clients use all connections that maxclients allows, and nobody else can connect: have some of them disconnect, or give more (config[\"maxclients\"])")
        ;;
    BUSY*) result=$(reason_in_log server-busy "$result Wait until the script has ended, or end it as Redis says there") ;;
    'no answer'*) result="$result: a long command blocks the server, or somebody paused its clients (CLIENT PAUSE)" ;;
    esac
    # An update that waits for a server's first answer must have it whatever the disk is like. A file that takes another's
    # place is there twice for a moment.
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
    # What happened on the way here is over.
    forget_kill
    mark "$answered_marker"
    # A restart of this container clears /tmp; the next start puts the marker back (start.sh).
    { hostname >"$answered_file"; } 2>/dev/null
fi
