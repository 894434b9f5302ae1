# shellcheck shell=sh disable=SC2329 # called by name (access.sh)
# Users, from 6.0 on. Files and commands contain only hashes of passwords.

# Writes a line of the ACL file for `agent`, `health` or `backup`, whose password is on this volume.
#   $1       the user
#   $2       the file of its password
#   prints   the line
local_user() { echo "user $1 on #$(hash_of "$2") $(wanted "$1_rules")"; }

#   $1       the file of a password
#   prints   its hash
hash_of() { sha256sum <"$1" | cut -c1-64; }

#   $1       a directory with ACL files
#   prints   hash and user of each password that can be replaced; `app` has the same password as `default`
hashes_in() {
    cat "$1/users.acl" "$1/followers.acl" 2>/dev/null |
        sed -n '/^user \(app\|agent\|health\|backup\) /d; s/^user \([^ ]*\) on #\([0-9a-f]*\) .*/\2 \1/p'
}

# Marks passwords in force as replaced if they are no longer wanted. A password whose grace period is over stays
# invalid, even if the grace period is increased, and so does the password of a removed user.
retire_passwords() {
    local now
    now=$(date +%s)
    # In files, because everyone on the host can read a command line.
    hashes_in "$current_dir" >"$hashes_in_force"
    hashes_in "$generation" >"$hashes_wanted"
    awk 'FILENAME == ARGV[1] { wanted[$0]; users[$2]; next } !($0 in wanted) && $2 in users' \
        "$hashes_wanted" "$hashes_in_force" >"$hashes_replaced"
    {
        awk -v now="$now" -v grace="$(current grace_seconds)" \
            'FILENAME != ARGV[3] { known[$0]; users[$2]; next } $1 + grace > now && !($2 " " $3 in known) && $3 in users' \
            "$hashes_wanted" "$hashes_replaced" "$retired_file" 2>/dev/null || true
        sed "s/^/$now /" "$hashes_replaced"
    } >"$retired_file.new"
    chmod 600 "$retired_file.new"
    mv "$retired_file.new" "$retired_file"
}

#   prints   for each replaced password that is still valid: the seconds that remain, its hash, and its user
in_grace() {
    [ -s "$retired_file" ] || return 0
    awk -v now="$(date +%s)" -v grace="$(wanted grace_seconds)" \
        '$1 + grace > now { print $1 + grace - now, $2, $3 }' "$retired_file"
}

#   prints   how many passwords are in grace
count_in_grace() { if [ -s "$retired_file" ]; then in_grace | wc -l; else echo 0; fi; }

#   prints   the wanted lines of all users but replicas, with the passwords in grace
wanted_users() {
    in_grace >"$grace_file"
    awk 'FILENAME == ARGV[1] { more[$3] = more[$3] " #" $2; next }
        { $4 = $4 more[$2 == "app" ? "default" : $2]; print }' "$grace_file" "$generation/users.acl"
}

#   prints   the wanted lines of the users of replicas, with the passwords in grace
wanted_followers() {
    in_grace >"$grace_file"
    [ -e "$generation/followers.acl" ] || return 0
    awk 'FILENAME == ARGV[1] { more[$3] = more[$3] " #" $2; next } { $4 = $4 more[$2]; print }' \
        "$grace_file" "$generation/followers.acl"
}

#   $1       a file with users' lines
#   prints   the running server's lines for the same users
running_lines() { awk 'NR == FNR { named[$2]; next } $2 in named' "$1" "$running_users"; }

#   $1       a file of users' lines
#   prints   their names
names_in() { sed -n 's/^user \([^ ]*\) .*/\1/p' "$1" 2>/dev/null || true; }

# The users that every server has. All others are those of the argument `users`, and `backup` while there are backups.
builtin_users='^user \(default\|app\|agent\|health\) '

#   prints   the wanted lines of the users in the argument `users`
program_users() { sed "/$builtin_users/d" "$generation/users.acl"; }

#   prints   their names
program_names() { program_users | names_in -; }

#   prints   the names of the users that were created for the argument `users` and may still exist
created_users() { if [ -e "$created_users_file" ]; then cat "$created_users_file"; fi; }

# Records the names of these users before any of them is created, so that each is deleted when it is no longer wanted.
note_users() { { created_users; program_names; } | sort -u | replace_file "$created_users_file" '' 644; }

# Deletes the users that are no longer in `users`. Their connections close.
drop_users() {
    local name
    for name in $(created_users); do
        if ! program_names | grep -qxF "$name"; then server "ACL DELUSER $name" >/dev/null; fi
    done
}

# All other users were created by hand. Earlier releases recorded no names; their replicas' users begin with `repl-`.
#   prints   the names of the users that were created for replicas and may still exist
created_followers() {
    if [ -e "$created_followers_file" ]; then
        cat "$created_followers_file"
    else
        names_in "$current_dir/followers.acl"
        text_of "$acl_file" | names_in - | sed -n '/^repl-/p'
    fi
}

# Records the names of these users before any of them is created, and before the settings that name existing ones are
# replaced.
note_followers() {
    { created_followers; names_in "$generation/followers.acl"; } | sort -u | replace_file "$created_followers_file" '' 644
}

# Removes the given users and the users of replicas from the ACL file. A starting server has no users of replicas until
# the agent has checked it (server/start.sh), because replicas must not sync with a server that has lost its data.
#   stdin    names of users
#   prints   the remaining lines of the file that the server reads at start
saved_users() {
    { cat && created_followers && echo agent-refill && echo && text_of "$acl_file"; } |
        awk '!NF { in_file = 1 } !in_file { left_out[$1]; next } /^user [^ ]+ (on|off) / && !($2 in left_out)'
}

# Quotes ACL rules if a pattern contains a quote, which redis-cli would otherwise interpret.
#   $1       rules
#   prints   the rules as words of a command
quote_rules() { printf '%s\n' "$1" | awk '/["\047]/ { gsub(/["\\]/, "\\\\&"); gsub(/[^ ]+/, "\"&\"") } { print }'; }

# Creates the users of the program in the trial server one by one, so that a refusal names the user with the invalid
# rules.
try_users() {
    local name rules reply
    program_users >"$sent_users"
    while read -r _ name rules; do
        reply=$(printf 'ACL SETUSER %s reset %s\n' "$name" "$(quote_rules "$rules")" | ask_trial)
        [ "$reply" = OK ] ||
            refuse user-rules-not-accepted "users: Redis $(image_version) does not accept the rules of $name: ${reply#ERR }; correct them"
    done <"$sent_users"
}

# Sets users of the running server, each in a single command, so that a user is never without its rules. A server that
# is about to be replaced by another version may not support all rules, so its errors are ignored.
#   $1       the file of their lines
set_users() {
    local name rules reply
    while read -r _ name rules; do
        reply=$(server "ACL SETUSER $name reset $(quote_rules "$rules")")
        [ "$reply" = OK ] || ! same_version || refuse user-not-accepted "the running server does not accept user $name: $reply"
    done <"$1"
}

# Records the server's current list of users.
list_users() { server "ACL LIST" >"$running_users"; }

# Makes the server write its users to the file that it reads at start.
save_users() {
    local reply
    reply=$(server "ACL SAVE")
    [ "$reply" = OK ] || refuse users-not-saved "the server could not write its users: $reply"
    saved_users </dev/null | replace_file "$acl_file" 999:999 600
    # The file is for a successor that supports more rules.
    if ! same_version; then
        allow_all_channels
        users_write
    fi
}

# Sets all users but replicas in the running server. Users that were created by hand stay.
set_wanted_users() {
    wanted_users >"$sent_users"
    if ! same_version; then leave_out_newer_rules "$sent_users"; fi
    set_users "$sent_users"
    drop_users
    # Save before the names are recorded: a user that is only in the server's file would return at its next start.
    save_users
    program_names | replace_file "$created_users_file" '' 644
    list_users
    running_lines "$generation/users.acl" >"$listed_users"
    count_in_grace >"$users_grace_count"
}

# Removes rules that the running server does not support, because a later version is about to replace it.
#   $1       the file of the users' lines
leave_out_newer_rules() {
    local rule
    rules_too_new | while IFS= read -r rule; do
        sed -i "s/ $(printf '%s' "$rule" | sed 's/[&*]/\\&/g')\( \|\$\)/\1/g" "$1"
    done
}

#   prints   the rules of the wanted version that the running server does not support
rules_too_new() {
    local running since rule
    running=$(running_version)
    wanted rules_since | tr ' ' '\n' | while IFS=: read -r since rule; do
        if is_older "$running" "$since"; then printf '%s\n' "$rule"; fi
    done
}

# If the running server does not restrict channels, but its successor does, gives all users access to all channels, so
# that users that were created by hand keep theirs.
allow_all_channels() {
    if rules_too_new | grep -qxF '&*'; then text_of "$acl_file" | sed 's/$/ \&*/' | replace_file "$acl_file" 999:999 600; fi
}

users_log_in() { printf 'AUTH agent %s\n' "$(line_of "$agent_secret")"; }

users_try_other_login() { return 1; }

users_apply() {
    note_followers
    note_users
    retire_passwords
    set_wanted_users
}

users_write() {
    note_followers
    note_users
    retire_passwords
    { wanted_users; { names_in "$generation/users.acl" && created_users; } | saved_users; } | replace_file "$acl_file" 999:999 600
}

users_admit() {
    # Replicas that did not answer before may answer now.
    if [ -e "$starts_empty_marker" ] && { [ ! -e "$blocked_file" ] || has_no_keys; }; then
        if refill; then rm -f "$starts_empty_marker"; fi
        accept_writes
    fi
    if [ ! -e "$starts_empty_marker" ]; then
        rm -f "$blocked_file"
        set_wanted_followers
    else
        block_access "its replicas cannot connect and keep their data"
    fi
}

# Sets the users of replicas in the running server.
set_wanted_followers() {
    local name
    wanted_followers >"$sent_followers"
    set_users "$sent_followers"
    for name in $(created_followers); do
        if ! grep -q "^user $name " "$sent_followers"; then server "ACL DELUSER $name" >/dev/null; fi
    done
    # Save before the names are recorded: a user that is only in the server's file would return at its next start.
    save_users
    names_in "$sent_followers" | replace_file "$created_followers_file" '' 644
    list_users
    running_lines "$sent_followers" >"$listed_followers"
}

users_restore() {
    local grace_ended=
    [ "$(count_in_grace)" = "$(line_of "$users_grace_count")" ] || grace_ended=yes
    # Usually no user has changed since the last check.
    if [ -z "$grace_ended" ] && [ ! -e "$starts_empty_marker" ] && cmp -s "$running_users" "$expected_users"; then return; fi
    if [ ! -e "$listed_users" ]; then
        set_wanted_users
    elif [ -n "$grace_ended" ]; then
        set_wanted_users
        say "removed: the replaced password"
    elif ! running_lines "$generation/users.acl" | cmp -s - "$listed_users"; then
        set_wanted_users
        say "restored: users"
    fi
    if [ -e "$blocked_file" ] || [ ! -e "$listed_followers" ] || ! running_lines "$sent_followers" | cmp -s - "$listed_followers"; then
        users_admit
    fi
    # This also saves users that were created by hand.
    save_users
    # While replicas are blocked, the next check must try again.
    if [ -e "$starts_empty_marker" ]; then rm -f "$expected_users"; else cp "$running_users" "$expected_users"; fi
}

users_follow() { server "REPLICAOF $*"; }
