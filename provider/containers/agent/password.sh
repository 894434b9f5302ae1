# shellcheck shell=sh disable=SC2329 # called by name (access.sh)
# The single password before 6.0, which the agent and the health check use, too. A replaced password cannot remain
# valid.

# Whether the server has a temporary password that only the agent has: a primary that started without its data rejects
# all other clients (server/start.sh).
is_closed() { [ -e "$closed_file" ]; }

#   prints   the file of the password that the running server accepts
password_in_force() { if is_closed; then echo "$closed_file"; else echo "$password_file"; fi; }

#   $1       the file
write_password() { replace_file "$1" 999:999 600 <"$generation/password.conf"; }

#   prints   the running server's reply
set_password() { sed 's/^/CONFIG SET /' "$generation/password.conf" | ask "$socket" log_in; }

set_password_or_refuse() {
    local reply
    reply=$(set_password)
    [ "$reply" = OK ] || refuse password-not-accepted "the running server does not accept the password: $reply"
}

#   $1       a file of settings
#   prints   the line of the password
password_in() { grep '^requirepass	' "$1"; }

#   $1       the file of the password
password_log_in() { text_of "$1" | sed 's/^requirepass/AUTH/'; }

password_try_other_login() {
    if is_closed; then
        # An interrupted agent has set the program's password without removing this file.
        rm -f "$closed_file"
    else
        [ -e "$next_password_file" ] && mv "$next_password_file" "$password_file"
    fi
}

# A server that is about to be replaced by one with users keeps its password until then.
password_apply() {
    if [ "$wanted_access" = users ]; then
        users_write
        return
    fi
    if cmp -s "$generation/password.conf" "$password_file"; then return; fi
    if is_closed; then
        write_password "$password_file"
        return
    fi
    write_password "$next_password_file"
    set_password_or_refuse
    mv "$next_password_file" "$password_file"
    say "applied: password"
}

password_write() { write_password "$password_file"; }

password_admit() {
    if [ -e "$starts_empty_marker" ] && [ -e "$generation/followers" ]; then
        block_access "no client can connect, and its replicas keep their data"
        return
    fi
    if is_closed; then
        set_password_or_refuse
        rm -f "$closed_file"
    fi
    rm -f "$starts_empty_marker" "$blocked_file"
}

password_restore() {
    # The settings of a successor with users contain no password.
    if [ "$wanted_access" = users ]; then return; fi
    password_admit
    # A refused update may have replaced the password.
    if ! is_closed && ! cmp -s "$generation/password.conf" "$password_file"; then password_apply; fi
    if is_closed || [ "$(password_in "$running_settings")" = "$(password_in "$trial_settings")" ]; then return; fi
    if [ "$(set_password)" = OK ]; then say "restored: the password"; fi
}

# `REPLICAOF` exists only from 5.0 on.
password_follow() { server "SLAVEOF $*"; }

# After an upgrade to 6.0 or later, removes the password's files and HAProxy's directory. The server must confirm that
# it has users: a former server that has just stopped could be started again, and needs the password's file then.
forget_password() {
    [ -e "$password_file" ] || return 0
    case $(echo 'ACL WHOAMI' | send "$socket") in
    NOAUTH* | default)
        rm -f "$password_file" "$next_password_file" "$closed_file"
        remove_dir "$terminator_dir"
        ;;
    esac
}
