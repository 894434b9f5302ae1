# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# Before 6.0 Redis knows no users: there is one password, of the agent's and the health check's, too. So none can be
# kept beside it when it is replaced.

# Read by the server at its start, and by its health check.
password_file=/settings/acl/password.conf

# What the program wants.
wants_users() { [ -e "$generation/users.acl" ]; }

# What the server at socket $1 knows. Where there has never been a password, there is nothing to ask.
has_users() {
    [ -e $password_file ] || [ -e "$generation/password.conf" ] || return 0
    case $(echo 'ACL WHOAMI' | redis-cli -s "$1" --raw 2>&1) in
    *'unknown command'*) return 1 ;;
    esac
}

# The command that logs in at socket $1.
login() {
    if has_users "$1"; then
        printf 'AUTH agent %s\n' "$(cat /settings/agent.secret)"
    elif [ "$1" = "$socket" ]; then
        sed 's/^requirepass/AUTH/' $password_file
    else
        sed 's/^requirepass/AUTH/' "$generation/password.conf"
    fi
}

# $1 is where: the file itself, or beside it.
write_password() {
    cp "$generation/password.conf" "$1.new"
    chown 999:999 "$1.new" && chmod 600 "$1.new"
    flush "$1.new"
    mv "$1.new" "$1"
}

# An agent that is stopped in the middle finds the password under the one name or the other.
apply_password() {
    if cmp -s "$generation/password.conf" $password_file; then return; fi
    write_password $password_file.next
    reply=$(set_password)
    [ "$reply" = OK ] || refuse "the running server does not accept the password: $reply"
    mv $password_file.next $password_file
    say "applied: password"
}

set_password() { sed 's/^/CONFIG SET /' "$generation/password.conf" | ask "$socket"; }

# Whether the password is the one under the other name.
try_next_password() { [ -e $password_file.next ] && mv $password_file.next $password_file; }

# For the running server.
apply_logins() {
    if has_users "$socket"; then
        retire_password
        apply_users
        if ! same_version; then write_users_for_next_version; fi
    elif wants_users; then
        # It is about to be replaced, and keeps its password as long as it is there.
        write_users
    else
        apply_password
    fi
}

# The same, for a server that will read them at its start.
write_logins() {
    if wants_users; then
        retire_password
        write_users
    else
        write_password $password_file
    fi
}

put_back_password() {
    if [ "$(password_in /tmp/running)" = "$(password_in /tmp/trial.settings)" ]; then return; fi
    if [ "$(set_password)" = OK ]; then say "put back: the password"; fi
}

# Who changes the one password by hand locks the agent out. But a connection that has logged in stays so: this one is
# for getting back in.
held=
hold_connection() {
    if ! kill -0 "$held" 2>/dev/null; then
        rm -f /tmp/held
        mkfifo -m 600 /tmp/held
        exec 8<>/tmp/held
        redis-cli -s "$socket" <&8 >/dev/null 2>&1 9>&- &
        held=$!
    fi
    # The server may have closed it since: redis-cli then makes another, which does not know the password.
    login "$socket" >&8
}

get_back_in() {
    sed 's/^/CONFIG SET /' "$generation/password.conf" >&8
    sleep 0.5
    if server_answers; then say "put back: the password"; fi
}

password_in() { grep '^requirepass	' "$1"; }

# A server that knows users has come after one that did not, and speaks TLS itself.
forget_password() {
    if [ -e $password_file ] && has_users "$socket"; then rm -rf $password_file $password_file.next /settings/terminator; fi
}
