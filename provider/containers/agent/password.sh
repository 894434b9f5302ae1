# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# Before 6.0 Redis knows no users: there is one password, of the agent's and the health check's, too. So none can be
# kept beside it when it is replaced.

# Read by the server at its start, and by its health check.
password_file=/settings/acl/password.conf

# In its place while a primary that came back without its data is closed (server/start.sh): known to nobody else.
closed_file=/settings/acl/closed.conf
is_closed() { [ -e $closed_file ]; }
password_in_force() { if is_closed; then echo $closed_file; else echo $password_file; fi; }

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
        sed 's/^requirepass/AUTH/' "$(password_in_force)"
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
    if is_closed; then
        write_password $password_file
        return
    fi
    write_password $password_file.next
    reply=$(set_password)
    [ "$reply" = OK ] || refuse password-not-accepted "the running server does not accept the password: $reply"
    mv $password_file.next $password_file
    say "applied: password"
}

set_password() { sed 's/^/CONFIG SET /' "$generation/password.conf" | ask "$socket"; }

# Whether the password is the one under the other name.
try_next_password() {
    if is_closed; then
        # It was opened, by an agent that could not note it.
        rm -f $closed_file
    else
        [ -e $password_file.next ] && mv $password_file.next $password_file
    fi
}

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

# Lets everybody in, unless this is for somebody to decide: then replicas keep what they have.
open_door() {
    if [ -e "$starts_empty" ] && [ -e "$generation/followers" ]; then
        hold_back "nobody is let in, so that its replicas keep theirs"
        return
    fi
    if is_closed; then
        reply=$(set_password)
        [ "$reply" = OK ] || refuse password-not-accepted "the running server does not accept the password: $reply"
        rm -f $closed_file
    fi
    rm -f "$starts_empty" "$held_back"
}

put_back_password() {
    if is_closed || [ "$(password_in /tmp/running)" = "$(password_in /tmp/trial.settings)" ]; then return; fi
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
    if is_closed; then return; fi
    sed 's/^/CONFIG SET /' "$generation/password.conf" >&8
    sleep 0.5
    if server_answers; then say "put back: the password"; fi
}

password_in() { grep '^requirepass	' "$1"; }

# A server that knows users has come after one that did not, and speaks TLS itself. It must say so: one that has just ended
# says nothing, and without the password's file its next start would fail.
forget_password() {
    [ -e $password_file ] || return 0
    case $(echo 'ACL WHOAMI' | redis-cli -s "$socket" --raw 2>&1) in
    NOAUTH* | default) rm -rf $password_file $password_file.next $closed_file /settings/terminator ;;
    esac
}
