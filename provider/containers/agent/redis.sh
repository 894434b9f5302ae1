# shellcheck shell=sh
# Talking to Redis. Commands travel on standard input, since everyone on the host can read a command line.

# What takes longest is freeing memory at once (before 6.2) and the fork of a dump: `stage` gives a large server longer. It
# is less than an update waits for the agent (provider/components/server/agent.ts).
reply_seconds=15

#   $1       the server's socket
#   stdin    commands
#   prints   their replies, or why there are none
send() {
    local status=0
    timeout $reply_seconds redis-cli -s "$1" --raw 2>&1 || status=$?
    case $status in
    124) echo "no answer within $reply_seconds seconds" ;;
    # That of 2.8 dies of a connection that the server closed.
    141) echo 'Error: Broken pipe' ;;
    esac
}

# Logs in and sends commands.
#   $1       the server's socket
#   $2       the function that prints the command that logs in
#   stdin    commands
#   prints   their replies, or the one line that says why there are none
ask() {
    local commands replies held
    commands=$(cat)
    replies=$({ "$2"; printf '%s\n' "$commands"; } | send "$1")
    case $replies in
    OK*) replies=$(printf '%s\n' "$replies" | sed 1d) ;;
    # Without a password there is nothing to log in to, and the commands were carried out. redis-cli leaves a line empty
    # after an error.
    'ERR Client sent AUTH, but no password is set'*) replies=$(printf '%s\n' "$replies" | sed '1d; 2{/^$/d;}') ;;
    *) replies=$(printf '%s\n' "$replies" | head -n 1) ;;
    esac
    if [ "$1" = "$socket" ] && { is_at_maxclients "$replies" || is_locked_out "$replies"; }; then
        held=$(printf '%s\n' "$commands" | send_over_connection) && ! is_locked_out "$held" && replies=$held
    fi
    printf '%s\n' "$replies"
}

# Whether the limit of connections is reached. The server closes each further one at once, before or after redis-cli has
# sent something.
#   $1       a reply
is_at_maxclients() { case $1 in 'ERR max number of clients'* | 'Error: '*) ;; *) return 1 ;; esac }

# Whether the server refuses the login, or its user lacks the rights.
#   $1       a reply
is_locked_out() { case $1 in NOAUTH* | NOPERM* | WRONGPASS* | 'ERR invalid password'*) ;; *) return 1 ;; esac }

# Sends one command to the running server.
#   $*       the command
#   prints   its reply
server() { printf '%s\n' "$*" | ask "$socket" log_in; }

# A field of the running server's INFO, asked for now.
#   $1       the section
#   $2       the field, as a regular expression
#   prints   its value
info() { server "INFO $1" | tr -d '\r' | field "$2"; }

#   $1       a field of INFO
#   stdin    INFO
#   prints   its value
field() { sed -n "s/^$1://p"; }

# All settings of a server. Their order is another in each; without an answer after them, a last one that is empty would
# be lost.
#   $1       the server's socket
#   $2       the function that prints the command that logs in
#   prints   lines of name, tab, value, sorted
settings_of() { printf '%s\n' 'CONFIG GET *' PING | ask "$1" "$2" | awk 'NR % 2 { name = $0; next } { print name "\t" $0 }' | sort; }

#   $1       a value
#   prints   the value as Redis reads it in a command
quote() { printf '"%s"' "$(printf '%s' "$1" | sed 's/["\\]/\\&/g')"; }

# Sets what must be as it says.
#   $1       the setting
#   $2       its value
set_live() {
    local reply
    reply=$(server "CONFIG SET $1 $(quote "$2")")
    [ "$reply" = OK ] || refuse setting-not-accepted "the running server does not accept $1 $2: $reply"
}

# PING itself fails while the disk is full; INFO does not.
#   prints   PONG, LOADING, or why there is no answer
server_state() {
    local reply
    reply=$(server INFO persistence)
    case $reply in
    *loading:1*) echo LOADING ;;
    '# Persistence'*) echo PONG ;;
    *) echo "$reply" ;;
    esac
}

server_answers() { [ "$(server_state)" = PONG ]; }

# Waits while the server loads its data, and a while for a connection that a client closes.
#   fails    if no server is there
server_runs() {
    local state until
    until=$(($(date +%s) + 8))
    while :; do
        ensure_connection
        state=$login_reply
        # Without this connection an update would not get through a server that is full.
        if ! is_at_maxclients "$state" && [ "${state#no answer}" = "$state" ]; then
            find_access
            state=$(server_state)
        fi
        case $state in
        PONG) return 0 ;;
        *'Could not connect'* | *'Connection refused'*) return 1 ;;
        LOADING) ;;
        *)
            if is_locked_out "$state" && "${running_access}_try_other_login"; then continue; fi
            if ! is_at_maxclients "$state" || [ "$(date +%s)" -ge $until ]; then refuse_state "$state"; fi
            ;;
        esac
        sleep 0.2
    done
}

# Says why the running server cannot be asked, and what to do. A restart is the last resort: it ends connections.
#   $1       what it answers
refuse_state() {
    if is_locked_out "$1"; then
        refuse agent-login-refused "the running server does not let the agent in ($1), since somebody changed its user or the password; restart the server's container, which lets it in again$(restart_warning), then run pulumi up"
    elif is_at_maxclients "$1"; then
        refuse maxclients-reached "config[\"maxclients\"]: clients use all connections that it allows, and the agent gets none; have some of them disconnect, then run pulumi up"
    fi
    case $1 in
    BUSY*)
        refuse server-busy "a script keeps the running server busy ($1); wait until it has ended, or end it as Redis says there (where that answers UNKILLABLE it has written, and SHUTDOWN NOSAVE would lose what is not on the disk), then run pulumi up"
        ;;
    'no answer'*)
        # From 6.2 on it refuses commands without a login at once even then.
        case $(echo PING | timeout 1 redis-cli -s "$socket" --raw) in
        NOAUTH*) refuse clients-paused "somebody paused the clients of the running server (CLIENT PAUSE), so that it gives $1; wait until the pause has ended, then run pulumi up" ;;
        esac
        ;;
    esac
    refuse server-does-not-answer "the running server gives $1; wait until what blocks it has ended, such as a long command or CLIENT PAUSE, then run pulumi up; where it does not end, restart the server's container first$(restart_warning)"
}

# Versions of Redis: of this image, and of the server that runs.
image_version() { redis-server --version | sed 's/.* v=\([0-9.]*\).*/\1/'; }
# Valkey calls itself a Redis 7.2, too.
running_version() { info server '\(valkey\|redis\)_version' | tail -n 1; }

#   $1       a version, such as 8.0.2
#   prints   8.0
minor() { echo "$1" | cut -d . -f 1,2; }

#   $1, $2   two versions, such as 8.0.2 and 8.10
#   fails    if the first is of the second's minor version, or of a later one
is_older() {
    awk -v one="$1" -v other="$2" 'BEGIN {
        split(one, a, "."); split(other, b, ".")
        exit !(a[1] * 1000 + a[2] < b[1] * 1000 + b[2])
    }'
}

# Point releases of one version know the same settings.
same_version() { [ "$(minor "$(running_version)")" = "$(wanted version)" ]; }
