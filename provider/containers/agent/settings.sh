# shellcheck shell=sh
# The wanted settings, and the settings volume from which the server reads them at start.

# The directory of the settings that are being applied or watched.
generation=

# Reads a wanted setting.
#   $1       its name
#   prints   its value
wanted() { setting "$1" "$generation/database"; }

# Locks the volume, so that only one agent at a time works on it.
lock() {
    exec 9>"$lock_file"
    flock 9
}
unlock() { exec 9>&-; }

# Makes files survive a crash of the host. Before coreutils 8.24 `sync` accepts no files and flushes everything.
#   $@       the files
flush() { sync "$@" || sync; }

# Replaces a file atomically, so that a crash never leaves an incomplete file.
#   $1       the file
#   $2       its owner and group, as in chown; root if empty
#   $3       its mode
#   stdin    the new content
#   fails    if it cannot be written
replace_file() {
    local new="$1.new"
    # The server's user can write to these directories (links.sh).
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

# Prepares the settings volume, with its ID and the passwords of `agent`, `health` and `backup`.
prepare_volume() {
    local file
    mkdir -p "$acl_dir" "$generations_dir"
    # These files contain all settings of a server, before 6.0 including the password.
    for file in "$trial_settings" "$running_settings" "$enforced_settings" "$wanted_settings" "$applicable_settings" "$changed_settings" \
        "$former_settings"; do
        touch "$file"
        chmod 600 "$file"
    done
    # 999 is the ID of the user `redis` in the official images.
    chown 0:999 "$run_dir" && chmod 770 "$run_dir"
    chown 999:999 "$acl_dir" && chmod 700 "$acl_dir"
    for file in "$id_file" "$agent_secret" "$health_secret" "$backup_secret"; do
        if [ "$(wc -c 2>/dev/null <"$file")" = 64 ]; then continue; fi
        random_hex | replace_file "$file" '' 640
    done
    chmod 600 "$agent_secret" "$backup_secret"
    chown 0:999 "$health_secret"
}

#   $1       a directory
#   prints   a hash of its content, which is the name of a generation
content_of() {
    local sum
    sum=$(cat "$1"/* | sha256sum)
    printf '%.16s\n' "$sum"
}

# Splits the uploaded file into its parts. A line with the name and the number of lines precedes each part.
#   $1       the directory for the parts
unpack() { awk -v to="$1" '!left { part = to "/" $1; left = $2; next } { print >part; left-- }' "$desired_file"; }

# Writes the wanted settings to a new generation. An existing one may be incomplete after a crash, so it is verified.
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
        if [ -n "$(wanted backup_rules)" ]; then local_user backup "$backup_secret" >>"$staging_dir/users.acl"; fi
        # For the agent's permanent connection (connection.sh).
        sed -i "s/^user default on #[0-9a-f]*/& #$(hash_of "$agent_secret")/" "$staging_dir/users.acl"
    fi
    chown -R 0:999 "$staging_dir"
    chmod 750 "$staging_dir"
    chmod 640 "$staging_dir"/*
    if [ "$wanted_access" = password ]; then
        chmod 600 "$staging_dir/password.conf"
        # Only the server's user may read the primary's password: HAProxy's containers run with the server's group.
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

#   fails    if the generation does not exist, or its content has changed
is_intact() { [ -d "$generation" ] && [ "$(content_of "$generation")" = "${generation##*/}" ]; }

# Points a symbolic link to a generation atomically, so that the link always exists.
#   $1       the link
#   $2       the generation, relative to the link's directory
point() {
    ln -sfn "$2" "$1.new"
    mv -Tf "$1.new" "$1"
}

# Makes the applied settings the settings in force. They are not undone after this.
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

# Stores the time of the first expiry report as a file's modification time. A health check compares it with another
# file, without starting a process. If the file system cannot store that time, the health check reads the clock.
note_expiry() {
    rm -f "$expiry_marker"
    touch -d "@$(wanted certificate_report_from)" "$expiry_marker" 2>/dev/null || true
}

# Whether another agent has applied its settings since: an agent that an interrupted update left behind must not undo
# them.
superseded() {
    # The usual case, without starting a process.
    if [ "$current_dir" -ef "$generation" ]; then return 1; fi
    [ "$(readlink "$current_dir")" != "generations/${generation##*/}" ]
}

# Whether the generation may have changed since it was last known to be intact.
may_be_modified() { [ ! -d "$generation" ] || [ ! -e "$intact_marker" ] || [ -n "$(find "$generation" -newer "$intact_marker" 2>/dev/null)" ]; }
