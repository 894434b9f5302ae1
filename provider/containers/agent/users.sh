# shellcheck shell=sh disable=SC2329 # called by name (access.sh)
# From 6.0 on: users. Files and commands have only hashes of passwords.

# A line of the ACL file for a user of this volume's own.
#   $1       the user
#   $2       the file of its password
#   prints   the line
local_user() { echo "user $1 on #$(sha256sum <"$2" | cut -c1-64) $(wanted "$1_rules")"; }

#   $1       a directory with ACL files
#   prints   hash and user of each password; that of `default` is that of all clients
hashes_in() { cat "$1/users.acl" "$1/followers.acl" 2>/dev/null | sed -n 's/^user \(default\|repl-[^ ]*\) on #\([0-9a-f]*\) .*/\2 \1/p'; }

# From now on the passwords in force are replaced ones, where others are wanted. One that stopped working stays so, whatever
# grace is wanted now.
retire_passwords() {
    local now
    now=$(date +%s)
    # In files, since everyone on the host can read a command line.
    hashes_in "$current_dir" >"$hashes_in_force"
    hashes_in "$generation" >"$hashes_wanted"
    grep -vxF -f "$hashes_wanted" "$hashes_in_force" >"$hashes_replaced" || true
    {
        awk -v now="$now" -v grace="$(current grace_seconds)" \
            'FILENAME != ARGV[3] { known[$1]; next } $1 + grace > now && !($2 in known)' \
            "$hashes_wanted" "$hashes_replaced" "$retired_file" 2>/dev/null || true
        sed "s/^/$now /" "$hashes_replaced"
    } >"$retired_file.new"
    chmod 600 "$retired_file.new"
    mv "$retired_file.new" "$retired_file"
}

#   prints   the seconds for which each replaced password remains valid, its hash, and its user
in_grace() {
    [ -s "$retired_file" ] || return 0
    awk -v now="$(date +%s)" -v grace="$(wanted grace_seconds)" \
        '$1 + grace > now { print $1 + grace - now, $2, $3 }' "$retired_file"
}

#   prints   how many passwords are in grace
count_in_grace() { if [ -s "$retired_file" ]; then in_grace | wc -l; else echo 0; fi; }

#   prints   the wanted lines of the program's users, with the passwords in grace
wanted_users() {
    in_grace >"$grace_file"
    awk 'FILENAME == ARGV[1] { if ($3 == "default") more = more " #" $2; next }
        $2 != "agent" && $2 != "health" { $4 = $4 more }
        { print }' "$grace_file" "$generation/users.acl"
}

#   prints   the same for the users of replicas, each of which has a password of its own
wanted_followers() {
    in_grace >"$grace_file"
    [ -e "$generation/followers.acl" ] || return 0
    awk 'FILENAME == ARGV[1] { more[$3] = more[$3] " #" $2; next } { $4 = $4 more[$2]; print }' \
        "$grace_file" "$generation/followers.acl"
}

#   $1       "managed" or "other"
#   $2       a file of users, as Redis lists them
#   prints   the lines of users that the program manages, or of those that somebody else made
users_in() { awk -v kind="$1" 'NR == FNR { managed[$2]; next } ($2 in managed) == (kind == "managed")' "$generation/users.acl" "$2"; }

#   prints   the lines of the users of replicas
#   stdin    users, as Redis lists them
followers_in() { grep '^user repl-' || true; }

# Sets users of the running server: one command for each, so that nobody is locked out in between.
#   $1       the file of their lines
set_users() {
    local name rules reply
    while read -r _ name rules; do
        reply=$(server "ACL SETUSER $name reset $rules")
        [ "$reply" = OK ] || refuse user-not-accepted "the running server does not accept user $name: $reply"
    done <"$1"
}

# Notes the server's users, as it lists them now.
list_users() { server "ACL LIST" >"$running_users"; }

# The program's users. Others stay.
set_wanted_users() {
    local reply
    wanted_users >"$sent_users"
    if ! same_version; then leave_out_newer_rules "$sent_users"; fi
    set_users "$sent_users"
    reply=$(server "ACL SAVE")
    [ "$reply" = OK ] || refuse users-not-saved "the server could not write its users: $reply"
    list_users
    users_in managed "$running_users" >"$listed_users"
    count_in_grace >"$users_grace_count"
}

# A server that is about to be replaced by one of a later version does not know all rules yet.
#   $1       the file of the users' lines
leave_out_newer_rules() {
    local rule
    rules_too_new | while IFS= read -r rule; do
        sed -i "s/ $(printf '%s' "$rule" | sed 's/[&*]/\\&/g')\( \|\$\)/\1/g" "$1"
    done
}

#   prints   the rules of the wanted version that the running server does not know
rules_too_new() {
    local running since rule
    running=$(version_running)
    wanted rules_since | tr ' ' '\n' | while IFS=: read -r since rule; do
        if older "$running" "$since"; then printf '%s\n' "$rule"; fi
    done
}

# What a server does not restrict yet, later versions must be made to allow: other people's users keep their channels.
allow_all_channels() {
    if rules_too_new | grep -qxF '&*'; then sed -i 's/$/ \&*/' "$acl_file"; fi
}

users_log_in() { printf 'AUTH agent %s\n' "$(line_of "$agent_secret")"; }

users_try_other() { return 1; }

users_apply() {
    retire_passwords
    set_wanted_users
    if ! same_version; then
        allow_all_channels
        users_write
    fi
}

users_write() {
    local others=
    retire_passwords
    if [ -e "$acl_file" ]; then others=$(grep -E '^user [^ ]+ (on|off) ' "$acl_file" | users_in other -) || true; fi
    {
        wanted_users
        if [ -n "$others" ]; then printf '%s\n' "$others"; fi
    } | replace_file "$acl_file" 999:999 600
}

users_admit() {
    if [ -e "$starts_empty_marker" ] && [ ! -e "$held_back_file" ]; then
        if refill; then rm -f "$starts_empty_marker"; fi
        take_writes
    fi
    if [ ! -e "$starts_empty_marker" ]; then
        rm -f "$held_back_file"
        set_wanted_followers
    else
        hold_back "its replicas are held back and keep theirs"
    fi
}

# Their users are in no file that the server reads at its start: one that comes back without its data must not have its
# replicas take that over before anybody has looked.
set_wanted_followers() {
    local name
    wanted_followers >"$sent_followers"
    set_users "$sent_followers"
    for name in $(server ACL USERS | grep '^repl-' || true); do
        if ! grep -q "^user $name " "$sent_followers"; then server "ACL DELUSER $name" >/dev/null; fi
    done
    list_users
    followers_in <"$running_users" >"$listed_followers"
}

users_keep() {
    local grace_ended=
    [ "$(count_in_grace)" = "$(line_of "$users_grace_count")" ] || grace_ended=yes
    # As a rule no user has changed since the last look.
    if [ -z "$grace_ended" ] && [ ! -e "$starts_empty_marker" ] && cmp -s "$running_users" "$kept_users"; then return; fi
    if [ ! -e "$listed_users" ]; then
        set_wanted_users
    elif [ -n "$grace_ended" ]; then
        set_wanted_users
        say "dropped: the password that was replaced"
    elif ! users_in managed "$running_users" | cmp -s - "$listed_users"; then
        set_wanted_users
        say "put back: users"
    fi
    if [ -e "$held_back_file" ] || [ ! -e "$listed_followers" ] || ! followers_in <"$running_users" | cmp -s - "$listed_followers"; then
        users_admit
    fi
    # Not while replicas are kept out: that is for the next look, too.
    if [ -e "$starts_empty_marker" ]; then rm -f "$kept_users"; else cp "$running_users" "$kept_users"; fi
}

users_stay_in() { :; }
users_get_back_in() { :; }

users_follow() { server "REPLICAOF $*"; }
