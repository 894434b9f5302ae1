# shellcheck shell=sh disable=SC2016 # dollars in quotes are Perl's

# Asks HAProxy. Perl is in every Debian, and in none of the images is a smaller client of Unix sockets.
#   $1       its socket
#   stdin    a command
#   prints   the answer
#   fails    if HAProxy does not run
ask_haproxy() {
    timeout 10 perl -MSocket -e '
        socket(S, PF_UNIX, SOCK_STREAM, 0) && connect(S, sockaddr_un($ARGV[0])) or exit 1;
        local $/;
        syswrite S, <STDIN>;
        shutdown(S, 1);
        while (sysread S, my $answer, 16384) { print $answer }' "$1"
}
