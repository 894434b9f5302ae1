# shellcheck shell=sh
# After the settings are applied: drops passwords whose grace is over, and puts back what somebody changed by hand. A look
# that finds nothing to do asks Redis once and starts few processes: that is most of what an idle database costs.

watch() {
    trap 'exit 0' TERM
    # What goes wrong here is tried again and does not end the agent.
    set +e
    true >"$looked_marker"
    true >"$whole_marker"
    stay_in
    while :; do
        pause
        exec 2>"$errors_file"
        true >"$looking_marker"
        lock
        if superseded; then stand_down; fi
        if touched; then
            if ! whole; then
                stage
                say "put back: the settings on the volume"
            fi
            true >"$whole_marker"
        fi
        stay_in
        if observe; then
            if replicates; then mv "$looking_marker" "$looked_marker"; fi
            (look)
        else
            write_primary
        fi
        unlock
    done
}

# Waits until it is time or, where there are replicas, until a server was started: they wait for the agent then.
pause() {
    local seconds
    seconds=$(seconds_to_pause)
    if replicates; then
        while [ "${seconds%.*}" -gt 1 ]; do
            sleep 1 &
            wait $!
            if has_news; then return; fi
            seconds=$((seconds - 1))
        done
    fi
    sleep "$seconds" &
    wait $!
}

seconds_to_pause() {
    if [ -e "$unsettled_file" ] && [ ! -e "$refusal_file" ]; then
        echo 0.2
    # Without the connection that the agent keeps, a change by hand can lock it out.
    elif [ -z "$held_pid" ] || [ -e "$former_limits_file" ]; then
        echo 5
    elif [ -s "$retired_file" ]; then
        { echo 60; in_grace | cut -d ' ' -f 1; } | sort -n | head -n 1
    else
        echo 60
    fi
}

# Whether a server was started since the last look, this one, its primary or its tunnel; or a primary asks for data.
has_news() {
    [ "$own_address_file" -nt "$looked_marker" ] || [ "$primarys_address_file" -nt "$looked_marker" ] ||
        [ "$primarys_asked_marker" -nt "$looked_marker" ] || [ "$tunnel_address_file" -nt "$looked_marker" ] ||
        { [ -e "$offering_marker" ] && [ ! -e "$primarys_asked_marker" ]; }
}

# Asks the running server for everything that a look needs, through the connection that the agent keeps, or else in one of
# its own.
#   sets     running_access, held_reply
#   fails    if the server does not answer, or loads its data
observe() {
    local access
    access=$(all_questions | send_held | sort_answers)
    if ! is_answered "$access"; then
        # It was made anew since, such as after a restart of the server, or `default` may do nothing any more.
        held_reply=
        access=$({ log_in_as default agent && all_questions; } | send_held | sort_answers)
    fi
    if ! is_answered "$access"; then
        hang_up
        access=$({ log_in_as default agent && all_questions; } | send "$socket" | sort_answers)
    fi
    if is_answered "$access"; then
        running_access=$access
        if [ -e "$locked_out_marker" ]; then rm -f "$locked_out_marker"; fi
        return
    fi
    if [ "$access" = 'locked out' ] && [ ! -e "$locked_out_marker" ]; then
        mark "$locked_out_marker"
        say "locked out: the server no longer lets the agent in; restart its container"
    fi
    return 1
}

#   $1       what sort_answers printed
is_answered() { [ "$1" = users ] || [ "$1" = password ]; }

all_questions() { printf '%s\n' INFO 'CONFIG GET *' 'ACL LIST'; }

# Takes the answers apart. Those of one kind end where those of another begin: INFO has a colon in each line, settings come
# in pairs.
#   stdin    the answers
#   prints   "users" or "password", as the server has them; "locked out"; or nothing
sort_answers() {
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

look() {
    if [ -e "$unsettled_file" ]; then
        settle
    elif ! replacement_planned; then
        if [ -e "$former_limits_file" ] && ! awaits_memory; then apply_held; else keep_config "put back"; fi
        "${running_access}_keep"
        if follows || [ -e "$offering_marker" ]; then keep_following; else keep_leading; fi
        if [ "$running_access" = users ]; then forget_password; fi
    fi
}

# The server has read files of another kind than its flavor's, or files that somebody brought.
settle() {
    apply_to_running_server
    rm -f "$refusal_file"
    say "the data is settled"
}

#   $1       what to call it
keep_config() {
    local name value all=
    grep -vxF -f "$running_settings" "$kept_settings" >"$changed_settings" || return 0
    leave_out_held "$changed_settings"
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
    if place_changed; then write_here; fi
}

# A server that somebody has follow another one takes no writes, and its data is that one's. A switchover that was
# interrupted goes on by itself, and a server that came back without its data may follow whom somebody takes it from.
keep_leading() {
    grep -q '^role:slave' "$running_info" || return 0
    if imports || [ -e "$primary_file" ] || [ -e "$starts_empty_marker" ]; then return; fi
    take_over
    say "put back: it takes writes; somebody had it follow $(field master_host <"$running_info"):$(field master_port <"$running_info")"
}

keep_following() {
    local role
    if [ -e "$offering_marker" ]; then
        [ -e "$primarys_asked_marker" ] || withdraw
        return
    fi
    role=$(field role <"$running_info")
    if [ -e "$primarys_asked_marker" ]; then offer "$role"; fi
    if [ -e "$offering_marker" ]; then return; fi
    if promoted_by_hand "$role"; then
        mark "$promoted_marker"
    else
        apply_replication "$role" "$(field master_host <"$running_info") $(field master_port <"$running_info")"
    fi
}
