# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# Users and passwords: only hashes, no password.

acl_file=/settings/acl/users.acl
# Passwords that were replaced: lines of the second in which that was, the hash, and whose it was.
retired=/settings/retired

local_user() { echo "user $1 on #$(sha256sum </settings/"$1".secret | cut -c1-64) $2"; }

# Hash and user of each password; that of `default` is that of all clients.
hashes_in() { cat "$1/users.acl" "$1/followers.acl" 2>/dev/null | sed -n 's/^user \(default\|repl-[^ ]*\) on #\([0-9a-f]*\) .*/\2 \1/p'; }

# From now on the password in force is one that was replaced, if it is another one. One that was dropped already stays
# so, whatever grace is wanted now.
retire_password() {
    # In files, as a command line is for everyone to read.
    hashes_in /settings/current >/tmp/hashes.old
    hashes_in "$generation" >/tmp/hashes
    grep -vxF -f /tmp/hashes /tmp/hashes.old >/tmp/hashes.gone || true
    {
        awk -v now="$(date +%s)" -v grace="$(current grace_seconds)" \
            'FILENAME != ARGV[3] { known[$1]; next } $1 + grace > now && !($2 in known)' \
            /tmp/hashes /tmp/hashes.gone $retired 2>/dev/null || true
        sed "s/^/$(date +%s) /" /tmp/hashes.gone
    } >$retired.new
    chmod 600 $retired.new
    mv $retired.new $retired
}

# The seconds for which each password that was replaced goes on to open the door, its hash, and whose it is.
in_grace() {
    awk -v now="$(date +%s)" -v grace="$(wanted grace_seconds)" \
        '$1 + grace > now { print $1 + grace - now, $2, $3 }' $retired 2>/dev/null || true
}

# The lines of the program's users, with what is in grace beside the password.
wanted_users() {
    in_grace >/tmp/grace
    awk 'FILENAME == ARGV[1] { if ($3 == "default") more = more " #" $2; next }
        $2 != "agent" && $2 != "health" { $4 = $4 more }
        { print }' /tmp/grace "$generation/users.acl"
}

# The same for the users of replicas, each of which has a password of its own.
wanted_followers() {
    in_grace >/tmp/grace
    [ -e "$generation/followers.acl" ] || return 0
    awk 'FILENAME == ARGV[1] { more[$3] = more[$3] " #" $2; next } { $4 = $4 more[$2]; print }' \
        /tmp/grace "$generation/followers.acl"
}

managed_pattern() { awk '{ print $2 }' "$generation/users.acl" | tr '\n' '|' | sed 's/|$//'; }

# The program's users as the running server lists them.
listed_users() { server ACL LIST | grep -E "^user ($(managed_pattern)) " | sort; }

# The lines of file $1, for the running server: one command a user, so that nobody is locked out in between.
set_users() {
    while read -r _ name rules; do
        reply=$(server "ACL SETUSER $name reset $rules")
        [ "$reply" = OK ] || refuse user-not-accepted "the running server does not accept user $name: $reply"
    done <"$1"
}

# Users that the program does not speak of stay.
apply_users() {
    wanted_users >/tmp/users
    # 6.0 knows no channel permissions; it may be about to be replaced by a server that does.
    case $(version_running) in 6.0.*) sed -i 's/ &\*//; s/ +failover//' /tmp/users ;; esac
    set_users /tmp/users
    reply=$(server "ACL SAVE")
    [ "$reply" = OK ] || refuse users-not-saved "the server could not write its users: $reply"
    listed_users >/tmp/users.listed
    in_grace | wc -l >/tmp/users.in_grace
}

# The same, for a server that will read them at its start.
write_users() {
    others=$(grep -E '^user [^ ]+ (on|off) ' $acl_file 2>/dev/null | grep -Ev "^user ($(managed_pattern)) ") || true
    {
        wanted_users
        if [ -n "$others" ]; then echo "$others"; fi
    } >$acl_file.new
    chown 999:999 $acl_file.new && chmod 600 $acl_file.new
    flush $acl_file.new
    mv $acl_file.new $acl_file
}

# For a server of a later version, which knows more rules. What 6.0 does not restrict, later versions must be told to allow.
write_users_for_next_version() {
    case $(version_running) in 6.0.*) grep -q ' &\*' "$generation/users.acl" && sed -i 's/$/ \&*/' $acl_file ;; esac
    write_users
}
