# shellcheck shell=sh disable=SC2016 # dollars in quotes are Perl's

# Asks HAProxy. Perl is in every Debian, and in none of the images is a smaller client of Unix sockets.
#   $1       its socket
#   stdin    a command
#   prints   the answer
#   fails    with 1 if HAProxy does not run, with another status if there is no answer for another reason
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
    # HAProxy does not speak Redis's protocol, but whether somebody listens redis-cli can tell.
    126 | 127) if timeout 10 redis-cli -s "$1" PING 2>&1 | grep -q 'Could not connect'; then status=1; fi ;;
    esac
    return $status
}

#   $1       the status with which it could not be asked
#   prints   why, as a sentence
why_unasked() {
    case $1 in
    1) echo "HAProxy does not run" ;;
    126 | 127) echo "HAProxy cannot be asked, since the image has no Perl; give one that has, as the official ones based on Debian do" ;;
    *) echo "HAProxy gives no answer; restart its container" ;;
    esac
}

# Ends a health check of HAProxy that had no answer.
#   $1       the status with which it could not be asked
fail_unasked() {
    if [ "$1" = 1 ]; then fail_check "$(why_unasked 1)"; fi
    fail_check "$(reason_in_log haproxy-not-asked "$(why_unasked "$1")")"
}
