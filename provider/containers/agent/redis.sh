# shellcheck shell=sh
# Communication with Redis. Commands are sent on standard input, because everyone on the host can read a command line.

# The time limit for a reply. The slowest operations are synchronous freeing of memory (before 6.2) and the fork for a
# dump, so `stage` increases the limit with the memory. It stays below the time for which an update waits for the agent
# (provider/components/server/agent.ts).
reply_seconds=15

#   $1       the server's socket
#   stdin    commands
#   prints   their replies, or the reason why there are none
send() {
    local status=0
    timeout $reply_seconds redis-cli -s "$1" --raw 2>&1 || status=$?
    case $status in
    124) echo "no answer within $reply_seconds seconds" ;;
    # The redis-cli of 2.8 is killed by SIGPIPE if the server has closed the connection.
    141) echo 'Error: Broken pipe' ;;
    esac
}

# Logs in and sends commands.
#   $1       the server's socket
#   $2       the function that prints the command that logs in
#   stdin    commands
#   prints   their replies, or one line with the reason why there are none
ask() {
    local commands replies held
    commands=$(cat)
    replies=$({ "$2"; printf '%s\n' "$commands"; } | send "$1")
    case $replies in
    OK*) replies=$(printf '%s\n' "$replies" | sed 1d) ;;
    # A server without a password rejects AUTH and executes the commands. redis-cli prints an empty line after an error.
    'ERR Client sent AUTH, but no password is set'*) replies=$(printf '%s\n' "$replies" | sed '1d; 2{/^$/d;}') ;;
    *) replies=$(printf '%s\n' "$replies" | head -n 1) ;;
    esac
    if [ "$1" = "$socket" ] && { is_at_maxclients "$replies" || is_locked_out "$replies"; }; then
        held=$(printf '%s\n' "$commands" | send_over_connection) && ! is_locked_out "$held" && replies=$held
    fi
    printf '%s\n' "$replies"
}

# Whether maxclients is reached. The server then closes each new connection, before or after redis-cli has sent a
# command.
#   $1       a reply
is_at_maxclients() { case $1 in 'ERR max number of clients'* | 'Error: '*) ;; *) return 1 ;; esac }

# Whether the server rejects the login, or the user lacks permissions.
#   $1       a reply
is_locked_out() { case $1 in NOAUTH* | NOPERM* | WRONGPASS* | 'ERR invalid password'*) ;; *) return 1 ;; esac }

# Sends one command to the running server.
#   $*       the command
#   prints   its reply
server() { printf '%s\n' "$*" | ask "$socket" log_in; }

# Queries a field of the running server's INFO.
#   $1       the section
#   $2       the field, as a regular expression
#   prints   its value
info() { server "INFO $1" | tr -d '\r' | field "$2"; }

#   $1       a field of INFO
#   stdin    INFO
#   prints   its value
field() { sed -n "s/^$1://p"; }

# Queries all settings of a server. Their order differs between servers. Without the reply to PING after them, an empty
# last value would be lost.
#   $1       the server's socket
#   $2       the function that prints the command that logs in
#   prints   lines of name, tab, value, sorted
settings_of() { printf '%s\n' 'CONFIG GET *' PING | ask "$1" "$2" | awk 'NR % 2 { name = $0; next } { print name "\t" $0 }' | sort; }

#   $1       a value
#   prints   the value, quoted for a command of redis-cli
quote() { printf '"%s"' "$(printf '%s' "$1" | sed 's/["\\]/\\&/g')"; }

# Changes a setting of the running server, and refuses the update if that fails.
#   $1       the setting
#   $2       its value
set_live() {
    local reply
    reply=$(server "CONFIG SET $1 $(quote "$2")")
    [ "$reply" = OK ] || refuse setting-not-accepted "the running server does not accept $1 $2: $reply"
}

# Uses INFO, because PING fails while the disk is full.
#   prints   PONG, LOADING, or the reason why there is no reply
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

# Waits while the server loads its data. If maxclients is reached, also waits some seconds for a client to disconnect.
#   fails    if no server is running
server_runs() {
    local state until
    until=$(($(date +%s) + 8))
    while :; do
        ensure_connection
        state=$login_reply
        # At maxclients, an update is possible only over this connection.
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

# Refuses the update because the running server cannot be queried, with a remedy. A restart is the last resort, because
# it closes connections.
#   $1       the server's reply
refuse_state() {
    if is_locked_out "$1"; then
        refuse agent-login-refused "the agent cannot log in to the running server ($1), because its user or the password was changed by hand; restart the server's container, which restores both$(restart_warning), then run pulumi up"
    elif is_at_maxclients "$1"; then
        refuse maxclients-reached "config[\"maxclients\"]: clients use all connections that it allows, and the agent cannot connect; disconnect some of them, then run pulumi up"
    fi
    case $1 in
    BUSY*)
        refuse server-busy "a script keeps the running server busy ($1); wait until it has ended, or end it as this message of Redis says (if Redis replies UNKILLABLE, the script has written, and SHUTDOWN NOSAVE would lose what is not on the disk), then run pulumi up"
        ;;
    'no answer'*)
        # From 6.2 on, a server with paused clients still rejects commands without a login at once.
        case $(echo PING | timeout 1 redis-cli -s "$socket" --raw) in
        NOAUTH*) refuse clients-paused "the clients of the running server are paused (CLIENT PAUSE): $1; wait until the pause has ended, then run pulumi up" ;;
        esac
        ;;
    esac
    refuse server-does-not-answer "the running server cannot be queried ($1); wait until the command that blocks it has ended, such as a long query or CLIENT PAUSE, then run pulumi up; if it does not end, restart the server's container first$(restart_warning)"
}

# The version of Redis in this image.
image_version() { redis-server --version | sed 's/.* v=\([0-9.]*\).*/\1/'; }
# The version of the running server. Valkey also reports a redis_version, which is 7.2.
running_version() { info server '\(valkey\|redis\)_version' | tail -n 1; }

#   $1       a version, such as 8.0.2
#   prints   its minor version, such as 8.0
minor() { echo "$1" | cut -d . -f 1,2; }

#   $1, $2   two versions, such as 8.0.2 and 8.10
#   fails    unless the first has an older minor version than the second
is_older() {
    awk -v one="$1" -v other="$2" 'BEGIN {
        split(one, a, "."); split(other, b, ".")
        exit !(a[1] * 1000 + a[2] < b[1] * 1000 + b[2])
    }'
}

# Whether the running server has the wanted minor version. Point releases of one minor version support the same
# settings.
same_version() { [ "$(minor "$(running_version)")" = "$(wanted version)" ]; }
