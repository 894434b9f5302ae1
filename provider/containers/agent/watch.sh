# shellcheck shell=sh
# After the settings are applied, or refused: drops passwords whose grace is over, and puts back what somebody changed by
# hand. A look that finds nothing to do asks Redis once and starts few processes: that is most of what an idle database costs.

watch() {
    trap 'exit 0' TERM
    # What goes wrong here is tried again and does not end the agent.
    set +e
    ensure_connection
    find_access
    while :; do
        pause
        run_check
    done
}

# Watches what this process has not applied. All that an earlier one noted in this container is found out anew, since a crash
# can have left half of it, or it was of what was refused.
#   sets     watching
resume_watch() {
    trap 'exit 0' TERM
    set +e
    watching=yes
    true >"$trial_settings"
    rm -f "$intact_marker" "$listed_users" "$listed_followers" "$expected_users"
    lock
    prepare_check
    unlock
    # After a crash of the host the server may wait for this. After a refusal nothing has changed.
    if [ -e "$last_check_marker" ]; then run_check; else mark "$last_check_marker"; fi
    watch
}

# All that a look needs and that those after it need, too.
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
    # Without them whole, what is missing there would be taken away from the server.
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

# Notes that the settings on the volume are whole, once they are.
verify_generation() {
    rm -f "$intact_marker"
    if ! is_intact; then
        restore_generation
        is_intact || return
        say "put back: the settings on the volume"
    fi
    true >"$intact_marker"
}

restore_generation() {
    if [ -e "$refused_marker" ]; then
        rm -rf "$generation"
        cp -Rp "$in_force_dir" "$generation"
    else
        # In a subshell: where the disk is full, what was written is another generation.
        (set -e; stage)
        if [ -s "$trial_settings" ]; then note_trial; fi
    fi
}

# Waits until it is time or, where there are replicas, until a server was started: they wait for the agent then.
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
    # Without the connection that the agent keeps, a change by hand can lock it out.
    elif [ -z "$connection_pid" ] || [ -e "$former_limits_file" ]; then
        echo 5
    elif [ -s "$retired_file" ]; then
        { echo 60; in_grace | cut -d ' ' -f 1; } | sort -n | head -n 1
    else
        echo 60
    fi
}

# Whether a server was started since the last look, this one, its primary or its tunnel; or a primary asks for data.
check_is_due() {
    [ "$own_address_file" -nt "$last_check_marker" ] || [ "$primarys_address_file" -nt "$last_check_marker" ] ||
        [ "$primarys_asked_marker" -nt "$last_check_marker" ] || [ "$tunnel_address_file" -nt "$last_check_marker" ] ||
        { [ -e "$offering_marker" ] && [ ! -e "$primarys_asked_marker" ]; }
}

# Asks the running server for everything that a look needs, through the connection that the agent keeps, or else in one of
# its own.
#   sets     running_access, login_reply
#   fails    if the server does not answer, or loads its data
observe() {
    local access
    access=$(check_commands | send_over_connection | split_replies)
    if ! is_access "$access"; then
        # It was made anew since, such as after a restart of the server, or `default` may do nothing any more.
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
        say "locked out: the server no longer lets the agent in; restart its container"
    fi
    return 1
}

#   $1       what split_replies printed
is_access() { [ "$1" = users ] || [ "$1" = password ]; }

check_commands() { printf '%s\n' INFO 'CONFIG GET *' 'ACL LIST'; }

# Takes the answers apart. Those of one kind end where those of another begin: INFO has a colon in each line, settings come
# in pairs.
#   stdin    the answers
#   prints   "users" or "password", as the server has them; "locked out"; or nothing
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
        # Without them it would be settled as an empty configuration says.
        [ ! -s "$trial_settings" ] || settle
        return
    fi
    if replacement_planned; then
        planned=yes
        if [ -e "$generation/.meanwhile" ]; then restore_config "put back" "$generation/.meanwhile"; fi
    elif [ -e "$former_limits_file" ] && ! awaits_memory; then
        apply_held_limits
    else
        restore_config "put back" "$enforced_settings"
    fi
    "${running_access}_restore"
    if follows || [ -e "$offering_marker" ]; then check_replica_role; else check_primary_role; fi
    if [ -n "$planned" ]; then
        [ -e "$generation/.meanwhile" ] || record_interim_settings
    elif [ "$running_access" = users ]; then
        forget_password
    fi
}

# A server that will be replaced keeps what the update has left it with until that has happened: its successor's ports and
# rules are not for it, and what it hands over must not be undone.
record_interim_settings() {
    if observe; then
        awk -F '\t' 'NR == FNR { named[$1]; next } $1 in named' "$enforced_settings" "$running_settings" |
            replace_file "$generation/.meanwhile" '' 600 || true
    fi
}

# The server has read files of another kind than its flavor's, or files that somebody brought.
settle() {
    apply_to_running_server
    rm -f "$refusal_file"
    say "the data is settled"
}

#   $1       what to call it
#   $2       the settings
restore_config() {
    local name value all=
    grep -vxF -f "$running_settings" "$2" >"$changed_settings" || return 0
    exclude_held_limits "$changed_settings"
    if [ ! -s "$changed_settings" ]; then return; fi
    while IFS='	' read -r name value; do all="$all $name $(quote "$value")"; done <"$changed_settings"
    # At once, which Redis knows from 7.0 on, since a certificate is taken only together with its key.
    if [ "$(server "CONFIG SET$all")" = OK ]; then
        sed "s/	.*//; s/^/$1: /" "$changed_settings"
    else
        while IFS='	' read -r name value; do
            if [ "$(server "CONFIG SET $name $(quote "$value")")" = OK ]; then say "$1: $name"; fi
        done <"$changed_settings"
    fi
    if data_location_changed; then write_data; fi
}

# A server that somebody has follow another one takes no writes, and its data is that one's. A switchover that was
# interrupted goes on by itself, and a server that came back without its data may follow whom somebody takes it from.
check_primary_role() {
    grep -q '^role:slave' "$running_info" || return 0
    if imports || [ -e "$primary_file" ] || [ -e "$starts_empty_marker" ]; then return; fi
    promote
    say "put back: it takes writes; somebody had it follow $(field master_host <"$running_info"):$(field master_port <"$running_info")"
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
