# shellcheck shell=sh disable=SC2016 # dollars in quotes are Perl's
# Commands for HAProxy.

# Sends a command to HAProxy. Every Debian image has Perl, and none of the images has a smaller client for Unix sockets.
#   $1       HAProxy's admin socket
#   stdin    a command
#   prints   the reply
#   fails    with 1 if HAProxy does not run, and with another status if there is no reply for another reason
ask_haproxy() {
    local status=0
    if [ ! -S "$1" ]; then return 1; fi
    timeout 10 perl -MSocket -MErrno -e '
        socket(S, PF_UNIX, SOCK_STREAM, 0) or exit 2;
        connect(S, sockaddr_un($ARGV[0])) or exit($!{ECONNREFUSED} || $!{ENOENT} ? 1 : 2);
        local $/;
        syswrite S, <STDIN>;
        shutdown(S, 1);
        my $answers = 0;
        while (sysread S, my $answer, 16384) { print $answer; $answers++ }
        exit($answers ? 0 : 2)' "$1" || status=$?
    case $status in
    # There is no Perl. HAProxy does not speak Redis's protocol, but redis-cli shows whether a process listens on the
    # socket.
    126 | 127) if timeout 10 redis-cli -s "$1" PING 2>&1 | grep -q 'Could not connect'; then status=1; fi ;;
    esac
    return $status
}

#   $1       the status of ask_haproxy
#   prints   why there is no reply, as a sentence
why_unasked() {
    case $1 in
    1) echo "HAProxy does not run" ;;
    126 | 127) echo "HAProxy's admin socket cannot be used, because the image has no Perl; use an image with Perl, such as the official ones based on Debian" ;;
    *) echo "HAProxy does not answer; restart its container" ;;
    esac
}

# Ends a health check to which HAProxy has not replied.
#   $1       the status of ask_haproxy
fail_unasked() {
    if [ "$1" = 1 ]; then fail_check "$(why_unasked 1)"; fi
    fail_check "$(reason_in_log haproxy-not-asked "$(why_unasked "$1")")"
}
