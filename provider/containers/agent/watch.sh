# shellcheck shell=sh
# Watches the server after the settings were applied or refused: removes passwords whose grace period is over, and
# restores what was changed by hand. A check without differences queries Redis once and starts few processes, because it
# causes most of the cost of an idle database.

watch() {
    trap 'exit 0' TERM
    # Errors do not end the agent; the next check tries again.
    set +e
    ensure_connection
    find_access
    while :; do
        pause
        run_check
    done
}

# Watches settings that this process has not applied. Discards the files of an earlier process in this container, which
# may be incomplete after a crash, or belong to a refused update.
#   sets     watching
resume_watch() {
    trap 'exit 0' TERM
    set +e
    watching=yes
    true >"$trial_settings"
    rm -f "$intact_marker" "$listed_users" "$listed_followers" "$expected_users"
    join_primary
    lock
    prepare_check
    unlock
    # Check at once after a restart, because the server may wait for the agent. After a refusal nothing has changed.
    if [ -e "$last_check_marker" ]; then run_check; else mark "$last_check_marker"; fi
    watch
}

# Prepares what this check and later ones need.
prepare_check() {
    if superseded; then stand_down; fi
    if may_be_modified; then verify_generation; fi
    if [ -e "$intact_marker" ] && [ ! -s "$trial_settings" ]; then recall_settings; fi
}

run_check() {
    exec 2>"$errors_file"
    true >"$check_start_marker"
    lock
    prepare_check
    # If the settings on the volume were incomplete, the check would remove the missing ones from the server.
    if [ -e "$intact_marker" ]; then
        ensure_connection
        if observe; then
            if replicates; then mv "$check_start_marker" "$last_check_marker"; fi
            (check_server)
        else
            write_primary
        fi
    fi
    unlock
}

# Restores the settings on the volume, if they have changed, and records that they are intact.
verify_generation() {
    rm -f "$intact_marker"
    if ! is_intact; then
        restore_generation
        is_intact || return
        say "restored: the settings on the volume"
    fi
    true >"$intact_marker"
}

restore_generation() {
    if [ -e "$refused_marker" ]; then
        rm -rf "$generation"
        cp -Rp "$in_force_dir" "$generation"
    else
        # In a subshell, because on a full disk `stage` sets `generation` to an incomplete one.
        (set -e; stage)
        if [ -s "$trial_settings" ]; then note_trial; fi
    fi
}

# Waits until the next check is due. With replication, also checks every second for a started server, which waits for
# the agent.
pause() {
    local seconds
    seconds=$(seconds_to_pause)
    if replicates; then
        while [ "${seconds%.*}" -gt 1 ]; do
            sleep 1 &
            wait $!
            if check_is_due; then return; fi
            seconds=$((seconds - 1))
        done
    fi
    sleep "$seconds" &
    wait $!
}

seconds_to_pause() {
    if [ -e "$unsettled_file" ] && [ ! -e "$refusal_file" ] && [ -s "$trial_settings" ]; then
        echo 0.2
    # Without its permanent connection, a manual change can lock the agent out.
    elif [ -z "$connection_pid" ] || [ -e "$former_limits_file" ]; then
        echo 5
    elif [ -s "$retired_file" ]; then
        { echo 60; in_grace | cut -d ' ' -f 1; } | sort -n | head -n 1
    else
        echo 60
    fi
}

# Whether this server, its primary or its tunnel was started since the last check, or a primary has started or stopped
# asking for data.
check_is_due() {
    [ "$own_address_file" -nt "$last_check_marker" ] || [ "$primarys_address_file" -nt "$last_check_marker" ] ||
        [ "$primarys_asked_marker" -nt "$last_check_marker" ] || [ "$tunnel_address_file" -nt "$last_check_marker" ] ||
        { [ -e "$offering_marker" ] && [ ! -e "$primarys_asked_marker" ]; }
}

# Queries everything that a check needs from the running server, over the agent's permanent connection, or else over a
# new one.
#   sets     running_access, login_reply
#   fails    if the server does not answer, or is loading its data
observe() {
    local access
    access=$(check_commands | send_over_connection | split_replies)
    if ! is_access "$access"; then
        # The server may have been restarted, or `default` may have lost its permissions: log in again.
        login_reply=
        access=$({ log_in_as default agent && check_commands; } | send_over_connection | split_replies)
    fi
    if ! is_access "$access"; then
        close_connection
        access=$({ log_in_as default agent && check_commands; } | send "$socket" | split_replies)
    fi
    if is_access "$access"; then
        running_access=$access
        if [ -e "$locked_out_marker" ]; then rm -f "$locked_out_marker"; fi
        return
    fi
    if [ "$access" = 'locked out' ] && [ ! -e "$locked_out_marker" ]; then
        place_marker "$locked_out_marker"
        say "locked out: the server rejects the login of the agent; restart its container"
    fi
    return 1
}

#   $1       output of split_replies
#   fails    unless it names a kind of access
is_access() { [ "$1" = users ] || [ "$1" = password ]; }

check_commands() { printf '%s\n' INFO 'CONFIG GET *' 'ACL LIST'; }

# Splits the replies to check_commands into files. The format shows where one reply ends and the next begins: INFO has a
# colon in each line, and settings are pairs of lines.
#   stdin    the replies
#   prints   "users" or "password", depending on the server's version; "locked out"; or nothing
split_replies() {
    awk -v info="$running_info" -v settings="$running_settings" -v users="$running_users" \
        -v every_address="$every_address" '
        BEGIN { printf "" >info; printf "" >settings; printf "" >users }
        { sub(/\r$/, "") }
        /^NO(AUTH|PERM) / { access = "locked out"; exit }
        $0 == "# Server" { part = info }
        part == info && NF && !/^#/ && !/:/ { part = settings }
        part == settings && name == "" && /^user / { part = users; access = "users" }
        part == settings && name == "" && /unknown command/ { part = ""; access = "password" }
        part == info && /^loading:1/ { loading = 1 }
        part == info || part == users { print >part }
        part == settings && name == "" { name = $0; next }
        part == settings && name == "bind" && $0 == "" { $0 = every_address }
        part == settings { print name "\t" $0 >settings; name = "" }
        END { if (!loading) print access }'
}

check_server() {
    local planned=
    if [ -e "$unsettled_file" ]; then
        # Without trial settings, an empty configuration would be applied.
        [ ! -s "$trial_settings" ] || settle
        return
    fi
    if replacement_planned; then
        planned=yes
        if [ -e "$generation/.meanwhile" ]; then restore_config restored "$generation/.meanwhile"; fi
    elif [ -e "$former_limits_file" ] && ! awaits_memory; then
        apply_held_limits
    else
        restore_config restored "$enforced_settings"
    fi
    "${running_access}_restore"
    if follows || [ -e "$offering_marker" ]; then check_replica_role; else check_primary_role; fi
    if [ -n "$planned" ]; then
        [ -e "$generation/.meanwhile" ] || record_interim_settings
    elif [ "$running_access" = users ]; then
        forget_password
    fi
}

# Records the settings that a server keeps until it is replaced, as the update has left them. Its successor's settings,
# such as ports, do not apply to it, and the save point for its hand-over must stay.
record_interim_settings() {
    if observe; then
        awk -F '\t' 'NR == FNR { named[$1]; next } $1 in named' "$enforced_settings" "$running_settings" |
            replace_file "$generation/.meanwhile" '' 600 || true
    fi
}

# Settles the data: the server has read another kind of file than that of its flavor, or adopted files.
settle() {
    apply_to_running_server
    rm -f "$refusal_file"
    say "the data is checked and converted"
}

# Sets the given settings in the running server, where they differ.
#   $1       the word for the log, such as "restored"
#   $2       the file of settings
restore_config() {
    local name value all=
    grep -vxF -f "$running_settings" "$2" >"$changed_settings" || return 0
    exclude_held_limits "$changed_settings"
    if [ ! -s "$changed_settings" ]; then return; fi
    while IFS='	' read -r name value; do all="$all $name $(quote "$value")"; done <"$changed_settings"
    # In a single command, which Redis supports from 7.0 on, because a certificate is accepted only together with its
    # key.
    if [ "$(server "CONFIG SET$all")" = OK ]; then
        sed "s/	.*//; s/^/$1: /" "$changed_settings"
    else
        while IFS='	' read -r name value; do
            if [ "$(server "CONFIG SET $name $(quote "$value")")" = OK ]; then say "$1: $name"; fi
        done <"$changed_settings"
    fi
    if data_location_changed; then write_data; fi
}

# Promotes a server that follows another one because of a manual change: it refuses writes, and the other server's data
# replaces its own. Does nothing during a switchover, which continues after an interruption, and while a server without
# data may follow one that has it.
check_primary_role() {
    grep -q '^role:slave' "$running_info" || return 0
    if imports || [ -e "$primary_file" ] || [ -e "$starts_empty_marker" ]; then return; fi
    promote
    say "restored: the server accepts writes again; it was made to follow $(field master_host <"$running_info"):$(field master_port <"$running_info")"
}

check_replica_role() {
    local role
    if [ -e "$offering_marker" ]; then
        [ -e "$primarys_asked_marker" ] || withdraw
        return
    fi
    role=$(field role <"$running_info")
    if [ -e "$primarys_asked_marker" ]; then offer "$role"; fi
    if [ -e "$offering_marker" ]; then return; fi
    if promoted_by_hand "$role"; then
        place_marker "$promoted_marker"
    else
        apply_replication "$role" "$(field master_host <"$running_info") $(field master_port <"$running_info")"
    fi
}
