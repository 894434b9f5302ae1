# shellcheck shell=sh
# The connection that the agent keeps. It stays whatever somebody does to the agent's user, and is there when the server
# takes no other: what a connection of its own cannot do goes through this one (`ask`), and so does each look, which starts
# no redis-cli for that.
#
# From 6.0 on it is one of the user `default`, which nobody can delete and which has the agent's password as a further one
# (settings.sh). Before, a connection that has logged in stays so.

# Its redis-cli; empty while there is none.
connection_pid=
# What the server said when it logged in.
login_reply=
# What redis-cli says, without asking the server, to a line that is only a quotation mark. Before 6.0 it keeps back what it
# says until there are 4 KiB of it: so many such lines end each exchange, and the next one begins with what is left of them.
invalid_reply='Invalid argument(s)'
flushing_lines=$(printf '%0210d' 0 | sed 's/0/"\n/g')
# For sed, since awk waits for more than there is: the lines from the first that is another one to the next of these, or why
# there is no connection, which redis-cli does not keep back. The hold space says whether the replies have begun.
exchange_filter='
/Could not connect/ { s/.*Could/Could/; p; q; }
/Error: / { s/.*Error/Error/; p; q; }
/^Invalid argument(s)$/ { x; /begun/ { x; p; q; }; s/.*/next/; x; b
}
x; /^$/ { x; b
}
s/.*/begun/; x; p'

# Sends commands through it.
#   stdin    commands
#   prints   their replies, or why there are none
#   fails    if there are none; it is over then
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
    # An answer that comes later must not be taken for that to the next commands.
    kill "$connection_pid" 2>/dev/null || true
    printf '%s\n' "$replies"
    return 1
}

# Logs in in each way that the server may take; the last one that it takes counts.
#   $@       users, from 6.0 on
#   prints   commands
log_in_as() {
    local user
    if [ -e "$password_file" ]; then password_log_in "$(password_in_force)"; fi
    if [ "$wanted_access" = password ]; then return; fi
    for user; do printf 'AUTH %s %s\n' "$user" "$(line_of "$agent_secret")"; done
}

# What redis-cli does, in a third of its memory where there is Perl, as in every Debian: it stays for as long as the agent.
# Redis reads lines as redis-cli does.
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

# Sees to it that there is this connection, as far as the server allows.
#   $1       seconds to wait for the server; as long as for other replies where there is none
#   sets     connection_pid, login_reply
ensure_connection() {
    local reply_seconds="${1:-$reply_seconds}"
    if [ -n "$connection_pid" ]; then
        # As it should be, and not only as the agent's user.
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
