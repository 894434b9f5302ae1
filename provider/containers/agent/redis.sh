# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# Talking to Redis.

socket=/settings/run/redis.sock

# Sends the commands on standard input to the server at socket $1. They travel there because a command line is for
# everyone to read. Prints the replies, or the one line that says why there are none.
ask() {
    replies=$({ login "$1"; cat; } | redis-cli -s "$1" --raw 2>&1) || true
    case $replies in
    # Without a password there is nothing to log in to, and the commands were carried out.
    OK* | 'ERR Client sent AUTH, but no password is set'*) printf '%s\n' "$replies" | sed 1d ;;
    *) printf '%s\n' "$replies" | head -n 1 ;;
    esac
}

server() { printf '%s\n' "$*" | ask $socket; }

info() { server "INFO $1" | tr -d '\r' | sed -n "s/^$2://p"; }

# Every setting that the server at socket $1 has, as lines of name, tab, value. Their order is another in each server;
# without an answer after them, a last one that is empty would be lost.
settings_of() { printf '%s\n' 'CONFIG GET *' PING | ask "$1" | awk 'NR % 2 { name = $0; next } { print name "\t" $0 }' | sort; }

quote() { printf '"%s"' "$(printf '%s' "$1" | sed 's/["\\]/\\&/g')"; }

# PING itself fails while the disk is full; INFO does not.
probe() {
    reply=$(server INFO persistence)
    case $reply in
    *loading:1*) echo LOADING ;;
    '# Persistence'*) echo PONG ;;
    *) echo "$reply" ;;
    esac
}

server_answers() { [ "$(probe)" = PONG ]; }

# Succeeds if a server is there and knows the agent, fails if none is there.
server_runs() {
    while :; do
        reply=$(probe)
        case $reply in
        PONG) return 0 ;;
        *'Could not connect'* | *'Connection refused'*) return 1 ;;
        LOADING*) sleep 0.2 ;;
        *)
            if try_next_password; then continue; fi
            # Somebody took the agent's user away. The next start of the server reads the users from the file.
            write_logins
            refuse agent-login-refused "the running server does not let the agent in ($reply); its file of users is right again: restart the server's container, then run pulumi up"
            ;;
        esac
    done
}

# Versions of Redis: of this image, and of the server that runs.
version_here() { redis-server --version | sed 's/.* v=\([0-9.]*\).*/\1/'; }
# Valkey calls itself a Redis 7.2, too.
version_running() { info server '\(valkey\|redis\)_version' | tail -n 1; }
# Point releases of one version know the same settings.
same_version() { [ "$(minor "$(version_running)")" = "$(minor "$(version_here)")" ]; }
