# shellcheck shell=sh
# The agent's permanent connection. It stays open if the agent's user is changed by hand, and works when maxclients is
# reached: commands that fail over a new connection are sent over this one (`ask`). Every check uses it, too, so that it
# does not have to start redis-cli.
#
# From 6.0 on the connection belongs to the user `default`, which cannot be deleted and also has the agent's password
# (settings.sh). Before 6.0 a connection stays logged in.

# The ID of its client's process; empty while there is no connection.
connection_pid=
# The server's reply to the login.
login_reply=
# redis-cli's reply to a line that contains only a quotation mark, which it does not send to the server. Before 6.0
# redis-cli buffers its output up to 4 KiB. Each exchange therefore ends with enough of these lines to flush the buffer,
# and the output of the next exchange begins with the remaining replies to them.
invalid_reply='Invalid argument(s)'
flushing_lines=$(printf '%0210d' 0 | sed 's/0/"\n/g')
# A sed script, because awk would block on incomplete input. It skips leading invalid_reply lines, prints all lines up
# to the next invalid_reply, and quits; or it prints the reason why there is no connection, which redis-cli does not
# buffer. The hold space records whether the replies have begun.
exchange_filter='
/Could not connect/ { s/.*Could/Could/; p; q; }
/Error: / { s/.*Error/Error/; p; q; }
/^Invalid argument(s)$/ { x; /begun/ { x; p; q; }; s/.*/next/; x; b
}
x; /^$/ { x; b
}
s/.*/begun/; x; p'

# Sends commands over the permanent connection.
#   stdin    commands
#   prints   their replies, or the reason why there are none
#   fails    if there are none; the connection is closed then
send_over_connection() {
    local replies status=0
    [ -n "$connection_pid" ] || return 1
    replies=$({ printf '"\n' && cat && printf '%s\n' "$flushing_lines"; } 2>/dev/null >&8 |
        timeout "$reply_seconds" sed -n "$exchange_filter" <&7) || status=$?
    case $replies in
    *"$invalid_reply")
        printf '%s\n' "${replies%?"$invalid_reply"}"
        return
        ;;
    'Could not connect'* | 'Error: '*) ;;
    *) if [ $status = 124 ]; then replies="no answer within $reply_seconds seconds"; else replies='Error: Broken pipe'; fi ;;
    esac
    # A late reply must not be mistaken for the reply to the next commands.
    kill "$connection_pid" 2>/dev/null || true
    printf '%s\n' "$replies"
    return 1
}

# Tries all logins that the server may accept; the last accepted one takes effect.
#   $@       users, from 6.0 on
#   prints   commands
log_in_as() {
    local user
    if [ -e "$password_file" ]; then password_log_in "$(password_in_force)"; fi
    if [ "$wanted_access" = password ]; then return; fi
    for user; do printf 'AUTH %s %s\n' "$user" "$(line_of "$agent_secret")"; done
}

# The client of the permanent connection. It runs as long as the agent, so it is a Perl script, if the image has Perl
# (as every Debian image): it needs a third of redis-cli's memory. It sends lines as inline commands, which Redis parses
# as redis-cli does.
small_client() {
    command -v perl >/dev/null || exec redis-cli -s "$socket" --raw
    exec perl -e '
        $| = 1;
        socket(S, 1, 1, 0) && connect(S, pack("Sa*", 1, $ARGV[0])) or die "Could not connect to Redis at $ARGV[0]: $!\n";
        $SIG{PIPE} = "IGNORE";
        sub line { my $line = <S>; defined $line or die "Error: Server closed the connection\n"; $line =~ s/\r\n$//; $line }
        sub reply {
            my ($type, $rest) = line() =~ /^(.)(.*)/s;
            if ($type eq "*") { reply() for 1 .. $rest }
            elsif ($type eq "\$") { read S, my $text, $rest + 2 if $rest >= 0; print $text =~ s/\r\n$//r, "\n" }
            else { print $type eq "-" ? "$rest\n\n" : "$rest\n" }
        }
        while (my $command = <STDIN>) {
            if ($command eq "\"\n") { print "Invalid argument(s)\n" }
            elsif ($command ne "\n") { syswrite S, $command; reply() }
        }' "$socket"
}

# Opens the permanent connection, if there is none and the server accepts it.
#   $1       seconds to wait for the server's reply (default: reply_seconds)
#   sets     connection_pid, login_reply
ensure_connection() {
    local reply_seconds="${1:-$reply_seconds}"
    if [ -n "$connection_pid" ]; then
        # Both logins were accepted, including the one as `default`.
        case $login_reply in *OK) return ;; esac
    else
        rm -f "$connection_input" "$connection_output"
        mkfifo -m 600 "$connection_input" "$connection_output"
        small_client <"$connection_input" >"$connection_output" 2>&1 9>&- &
        connection_pid=$!
        exec 8>"$connection_input" 7<"$connection_output"
    fi
    login_reply=$(log_in_as agent default | send_over_connection) || true
    case $login_reply in *OK*) ;; *) close_connection ;; esac
}

#   sets     connection_pid
close_connection() {
    [ -n "$connection_pid" ] || return 0
    { kill "$connection_pid"; wait "$connection_pid"; } 2>/dev/null || true
    exec 8>&- 7<&-
    connection_pid=
}
