# shellcheck shell=sh disable=SC2329 # called by name (access.sh)
# Before 6.0: one password, also of the agent and the health check. So none can stay valid when it is replaced.

# While a primary that came back without its data is closed (server/start.sh), the server takes a password that nobody
# else knows.
is_closed() { [ -e "$closed_file" ]; }

#   prints   the file of the password that the running server takes
password_in_force() { if is_closed; then echo "$closed_file"; else echo "$password_file"; fi; }

#   $1       the file
write_password() { replace_file "$1" 999:999 600 <"$generation/password.conf"; }

#   prints   the running server's answer
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
        # It was opened, by an agent that could not note it.
        rm -f "$closed_file"
    else
        [ -e "$next_password_file" ] && mv "$next_password_file" "$password_file"
    fi
}

# A server that is about to be replaced by one with users keeps its password as long as it is there.
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
        block_access "nobody is let in, so that its replicas keep theirs"
        return
    fi
    if is_closed; then
        set_password_or_refuse
        rm -f "$closed_file"
    fi
    rm -f "$starts_empty_marker" "$blocked_file"
}

password_restore() {
    # A successor with users has none to put back.
    if [ "$wanted_access" = users ]; then return; fi
    password_admit
    # A refused update may have replaced it already.
    if ! is_closed && ! cmp -s "$generation/password.conf" "$password_file"; then password_apply; fi
    if is_closed || [ "$(password_in "$running_settings")" = "$(password_in "$trial_settings")" ]; then return; fi
    if [ "$(set_password)" = OK ]; then say "put back: the password"; fi
}

# Before 5.0 there is only this word.
password_follow() { server "SLAVEOF $*"; }

# A server that has users has taken the place of one that had none, and speaks TLS itself. It must say so: one that has just
# ended says nothing, and without the password's file its next start would fail.
forget_password() {
    [ -e "$password_file" ] || return 0
    case $(echo 'ACL WHOAMI' | send "$socket") in
    NOAUTH* | default)
        rm -f "$password_file" "$next_password_file" "$closed_file"
        remove_dir "$terminator_dir"
        ;;
    esac
}
