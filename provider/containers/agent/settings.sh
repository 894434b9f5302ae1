# shellcheck shell=sh
# What the program wants, and what the server's next start reads.

# The directory of the settings that are being applied.
generation=

# A setting that the program wants.
#   $1       its name
#   prints   its value
wanted() { setting "$1" "$generation/database"; }

# One agent at a time.
lock() {
    exec 9>"$lock_file"
    flock 9
}
unlock() { exec 9>&-; }

# Makes files survive a crash of the host. Before coreutils 8.24 `sync` takes none and flushes everything.
#   $@       the files
flush() { sync "$@" || sync; }

# Replaces a file in one step, so that no crash leaves half of it.
#   $1       the file
#   $2       its owner and group, as chown takes them; it is written as root's where this is empty
#   $3       its mode
#   stdin    what shall be in it
#   fails    if it could not be written
replace_file() {
    local new="$1.new"
    # These directories are not root's (links.sh).
    case $1 in
    "$acl_dir"/* | "$run_dir"/*) new=$new_file ;;
    esac
    rm -f "$new" &&
        (umask 077 && cat >"$new") &&
        { [ -z "$2" ] || chown "$2" "$new"; } &&
        chmod "$3" "$new" &&
        flush "$new" &&
        mv -Tf "$new" "$1"
}

#   prints   64 hexadecimal digits
random_hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# Makes the volume ready, with this database's own ID and passwords.
prepare_volume() {
    local file
    mkdir -p "$acl_dir" "$generations_dir"
    # All settings of a server: before 6.0 the password is among them.
    for file in "$trial_settings" "$running_settings" "$enforced_settings" "$wanted_settings" "$applicable_settings" "$changed_settings" \
        "$former_settings"; do
        touch "$file"
        chmod 600 "$file"
    done
    # 999 is the user of Redis in official images.
    chown 0:999 "$run_dir" && chmod 770 "$run_dir"
    chown 999:999 "$acl_dir" && chmod 700 "$acl_dir"
    for file in "$id_file" "$agent_secret" "$health_secret"; do
        if [ "$(wc -c 2>/dev/null <"$file")" = 64 ]; then continue; fi
        random_hex | replace_file "$file" '' 640
    done
    chmod 600 "$agent_secret"
    chown 0:999 "$health_secret"
}

#   $1       a directory
#   prints   what its content is called
content_of() {
    local sum
    sum=$(cat "$1"/* | sha256sum)
    printf '%.16s\n' "$sum"
}

# Takes the uploaded file apart: before each part stand its name and its number of lines.
#   $1       the directory for the parts
unpack() { awk -v to="$1" '!left { part = to "/" $1; left = $2; next } { print >part; left-- }' "$desired_file"; }

# Copies what the program wants to a generation of its own. One that is there may be the half of what a crash left.
#   sets     generation, wanted_access, reply_seconds
stage() {
    rm -rf "$staging_dir"
    mkdir "$staging_dir"
    unpack "$staging_dir"
    if [ -e "$staging_dir/haproxy.cfg" ]; then prepare_terminator; fi
    generation=$staging_dir
    reply_seconds=$((15 + $(wanted memory_mb) / 100))
    find_wanted_access
    keep_maxmemory
    if [ "$wanted_access" = users ]; then
        local_user agent "$agent_secret" >>"$staging_dir/users.acl"
        local_user health "$health_secret" >>"$staging_dir/users.acl"
        # For the connection that the agent keeps (connection.sh).
        sed -i "s/^user default on #[0-9a-f]*/& #$(hash_of "$agent_secret")/" "$staging_dir/users.acl"
    fi
    chown -R 0:999 "$staging_dir"
    chmod 750 "$staging_dir"
    chmod 640 "$staging_dir"/*
    if [ "$wanted_access" = password ]; then
        chmod 600 "$staging_dir/password.conf"
        # Its primary's one password is for the server alone to read: HAProxy's containers have its group.
        if [ -e "$staging_dir/primary.conf" ]; then
            chown 999:999 "$staging_dir/primary.conf" && chmod 600 "$staging_dir/primary.conf"
        fi
    fi
    flush "$staging_dir"/*
    generation=$generations_dir/$(content_of "$staging_dir")
    if is_intact; then
        rm -rf "$staging_dir"
    else
        rm -rf "$generation"
        mv "$staging_dir" "$generation"
    fi
}

#   fails    if the generation is not there, or something in it is not what it should be
is_intact() { [ -d "$generation" ] && [ "$(content_of "$generation")" = "${generation##*/}" ]; }

# Points a symbolic link at a generation in one step, so that there is no moment without it.
#   $1       the link
#   $2       the generation, from the link's directory
point() {
    ln -sfn "$2" "$1.new"
    mv -Tf "$1.new" "$1"
}

# From here on these are the settings in force: nothing goes back.
commit() {
    local old
    point "$current_dir" "generations/${generation##*/}"
    true >"$former_settings"
    point "$tls_dir" "generations/${generation##*/}"
    flush "$settings_dir"
    note_expiry
    for old in "$generations_dir"/*; do
        if [ "$old" != "$generation" ]; then rm -rf "$old"; fi
    done
}

# A time to come, so that a health check learns from a comparison of two files that no certificate ends soon: it starts no
# process for that. It looks at the clock where the file system cannot hold such a time.
note_expiry() {
    rm -f "$expiry_marker"
    touch -d "@$(wanted certificate_report_from)" "$expiry_marker" 2>/dev/null || true
}

# Whether another agent has taken over: what an interrupted update left behind must not fight its successor.
superseded() {
    # As a rule not, and this costs nothing.
    if [ "$current_dir" -ef "$generation" ]; then return 1; fi
    [ "$(readlink "$current_dir")" != "generations/${generation##*/}" ]
}

# Whether somebody has written to the generation since it was whole.
may_be_modified() { [ ! -d "$generation" ] || [ ! -e "$intact_marker" ] || [ -n "$(find "$generation" -newer "$intact_marker" 2>/dev/null)" ]; }
