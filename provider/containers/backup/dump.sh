# shellcheck shell=sh
# Dumps the database to a file and checks the file. The server sends the dump as to a replica. Never through
# `--rdb -`, which adds the end marker of the transfer to the dump.

# The checked dump: the numbers of its keys and bytes, and its hash.
keys=
bytes=
sha256=

# From 6.0 on, the user `backup` may only replicate. Before 6.0 there is one password, and redis-cli would need it on its
# command line, which everyone on the host can read (except in 5.0). Perl, which each Debian image has, reads it from
# standard input.
#   $1       the file
#   fails    if the file is not complete
# shellcheck disable=SC2016 # Perl
receive() {
    if [ -e "$current_dir/users.acl" ]; then
        REDISCLI_AUTH=$(line_of "$backup_secret") timeout "$(transfer_seconds)" redis-cli -s "$socket" --user backup --rdb "$1"
    elif command -v perl >/dev/null; then
        log_in | timeout "$(transfer_seconds)" perl -e '
            use Socket;
            my ($path, $file) = @ARGV;
            my $buffer = "";
            sub receive { sysread S, $buffer, 65536, length $buffer or die "Server closed the connection\n" }
            sub line { receive() until $buffer =~ s/^(.*?)\r?\n//; $1 }
            socket(S, AF_UNIX, SOCK_STREAM, 0) && connect(S, sockaddr_un($path)) or die "Could not connect: $!\n";
            while (my $login = <STDIN>) {
                chomp $login;
                syswrite S, "$login\r\n";
                my $reply = line();
                $reply =~ /^\+OK|no password is set/ or die "$reply\n";
            }
            syswrite S, "SYNC\r\n";
            # The server sends empty lines while it prepares the dump.
            my $header = line();
            $header = line() while $header eq "";
            my ($size, $mark) = $header =~ /^\$(?:(\d+)|EOF:(\S{40}))$/ or die "$header\n";
            open my $out, ">", $file or die "$!\n";
            if (defined $mark) {
                until (length $buffer >= 40 && substr($buffer, -40) eq $mark) {
                    print $out substr $buffer, 0, -40, "" or die "$!\n" if length $buffer > 40;
                    receive();
                }
                print $out substr $buffer, 0, -40 or die "$!\n";
            } else {
                while ($size > 0) {
                    receive() if $buffer eq "";
                    $buffer = substr $buffer, 0, $size if length $buffer > $size;
                    print $out $buffer or die "$!\n";
                    $size -= length $buffer;
                    $buffer = "";
                }
            }
            close $out or die "$!\n";' "$socket" "$1"
    else
        REDISCLI_AUTH=$(log_in | sed -n '/^AUTH /{s///; s/^"//; s/"$//; s/\\\(.\)/\1/g; p;}') timeout "$(transfer_seconds)" redis-cli -s "$socket" --rdb "$1"
    fi
}

# The server writes or sends the dump before the transfer ends, which takes long with a slow disk.
transfer_seconds() { echo $((900 + $(wanted memory_mb) / 5)); }

# Records why `receive` failed.
#   $1       its status
#   fails    always
explain_dump() {
    local text reason
    text=$(cat "$dump_errors")
    reason=$(grep -v '^ *$' "$dump_errors" | tail -n 1)
    case $1,$text in
    *WRONGPASS* | *NOAUTH* | *NOPERM* | *'invalid password'* | *'AUTH failed'*)
        problem backup-login-refused "the server refuses the login of the backup: $reason"
        ;;
    *'No space left'*) problem backup-disk-full "the disk of the volume for the files of backups is full" ;;
    *'Could not connect'* | *'onnection refused'* | *LOADING* | *MASTERDOWN* | *'max number of clients'*)
        problem backup-server-unreachable "the server does not answer: $reason"
        ;;
    124,*) problem backup-server-unreachable "the server did not send its data within $(transfer_seconds) seconds" ;;
    *) problem backup-dump-failed "the server ended the transfer of its data: $reason" ;;
    esac
}

# Checks the dump with the program of the server's image. The exit status of the one before 3.2 is always 0.
#   sets     keys, bytes, sha256
#   fails    if the dump is damaged
check_dump() {
    local checker hashing status=0
    # Next to the check, which takes longer.
    sha256sum <"$staged_dump" >"$sum_output" &
    hashing=$!
    for checker in redis-check-rdb valkey-check-rdb redis-check-dump; do
        if command -v $checker >/dev/null; then break; fi
    done
    $checker "$staged_dump" >"$check_output" 2>&1 || status=$?
    keys=$(sed -n 's/^\[info\] \([0-9]*\) keys read$/\1/p' "$check_output")
    if [ $checker = redis-check-dump ] && ! grep -q 'unprocessable\|mismatch' "$check_output"; then
        # Each database begins with an entry of its own, and the file ends with one.
        keys=$(sed -n 's/^==== Processed \([0-9]*\) valid opcodes.*/\1/p' "$check_output")
        keys=$((keys - 1 - $(databases)))
    fi
    case $status in
    0) ;;
    137) problem backup-out-of-memory "$checker was killed, probably because the container ran out of memory" || return ;;
    *) keys= ;;
    esac
    [ -n "$keys" ] ||
        problem backup-dump-damaged "the dump was not stored, because $checker rejects it: $(grep -v '^ *$' "$check_output" | tail -n 1)" || return
    bytes=$(wc -c <"$staged_dump" | tr -d ' ')
    wait $hashing
    sha256=$(cut -c 1-64 "$sum_output")
}

#   prints   the number of databases that have keys. Before 6.0 the backup has all permissions.
databases() { { log_in; echo 'INFO keyspace'; } | timeout 60 redis-cli -s "$socket" | grep -c '^db[0-9]' || true; }

#   $1       a directory
#   prints   the free space of its file system, in bytes
free_space() { df -Pk "$1" | awk 'NR == 2 { printf "%.0f\n", $4 * 1024 }'; }

#   $1       a number of bytes
#   prints   it in the unit that fits
size() { if [ "$1" -lt 10485760 ]; then echo "$1 bytes"; else echo "$(($1 / 1048576)) MiB"; fi; }

# Before a dump: its size is known only from the previous one.
#   fails    if there is no space for it
check_dump_space() {
    local needed free
    needed=$(line_of "$last_file" | member bytes)
    needed=$((${needed:-0} * 5 / 4 + 8388608))
    free=$(free_space "$dumps_dir")
    if [ "$free" -lt $needed ]; then
        problem backup-disk-full "the dump needs about $(size "$needed"), and the disk of the volume for the files of backups has $(size "$free") free space"
    fi
}

# Dumps the database. A server that restarts, or whose buffer for the transfer was exceeded, gets time to recover.
#   sets     keys, bytes, sha256
#   fails    if there is no checked dump
dump() {
    local pause status
    check_dump_space || return
    for pause in 2 5 10 20 40 ''; do
        rm -f "$staged_dump"
        status=0
        receive "$staged_dump" >"$dump_errors" 2>&1 || status=$?
        if [ $status = 0 ]; then
            check_dump
            return
        fi
        explain_dump $status || true
        if [ -z "$pause" ] || [ "$(failure_code)" = backup-disk-full ]; then return 1; fi
        say "$(failure_reason); the next attempt is in $pause seconds"
        sleep $pause
    done
}
