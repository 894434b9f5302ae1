# shellcheck shell=sh
# A real server on the wanted settings, without the data: what it does not accept never reaches the running one.

# Empty while none runs.
trial_pid=

# The default of `bind`, as Redis takes it since it can be changed.
every_address='* -::*'

check_image() {
    case $(image_version). in
    "$(wanted version)".*) ;;
    *) refuse image-version-mismatch "the image runs Redis $(image_version), but \`version\` says $(wanted version); make them agree" ;;
    esac
}

start_trial() {
    launch_trial
    trial_answers || refuse_settings
}

#   sets     trial_pid
launch_trial() {
    rm -rf "$trial_dir"
    mkdir "$trial_dir"
    sed "s,^include .*/,include $generation/," "$generation/redis.conf" >"$trial_dir/redis.conf"
    set -- --dir "$trial_dir" --unixsocket "$trial_socket"
    if [ "$wanted_access" = users ]; then
        sed -n "/$builtin_users/p" "$generation/users.acl" >"$trial_dir/users.acl"
        set -- "$@" --aclfile "$trial_dir/users.acl"
    fi
    wants_terminator || set -- "$@" --tls-cert-file "$generation/tls.crt" --tls-key-file "$generation/tls.key" \
        --tls-ca-cert-file "$generation/ca.crt"
    redis-server "$trial_dir/redis.conf" "$@" >"$trial_dir/log" 2>&1 9>&- &
    trial_pid=$!
}

# Waits for its first answer.
#   fails    if it has ended
trial_answers() {
    until [ "$(echo PING | ask_trial)" = PONG ]; do
        kill -0 "$trial_pid" || return 1
        sleep 0.05
    done
    if [ "$wanted_access" = users ]; then try_users; fi
}

#   stdin    commands
#   prints   the trial server's replies
ask_trial() { ask "$trial_socket" log_in_to_trial; }

refuse_settings() {
    local status=0
    wait $trial_pid || status=$?
    # SIGKILL comes from the kernel, at the memory limit of the agent's container.
    [ $status != 137 ] ||
        refuse trial-out-of-memory "Redis $(image_version) takes more memory with these settings, before its first key, than a trial server has; lower config[\"databases\"] or config[\"maxclients\"]"
    refuse configuration-not-accepted "Redis $(image_version) does not accept these settings: $(trial_failure)"
}

#   prints   the directive and the complaint, or else what the trial server's log warns of
trial_failure() {
    local reason
    reason=$(sed -n '/^>>> /{s///;N;s/\n/: /;p;}' "$trial_dir/log")
    [ -n "$reason" ] || reason=$(sed -n 's/^[0-9]*:[A-Z] .* # //p' "$trial_dir/log" | grep -v '^WARNING' | tr '\n' ' ')
    [ -n "$reason" ] || reason=$(tail -n 1 "$trial_dir/log")
    echo "$reason"
}

#   sets     trial_pid
stop_trial() {
    [ -z "$trial_pid" ] || { kill -9 "$trial_pid"; wait "$trial_pid"; } 2>/dev/null || true
    trial_pid=
    rm -rf "$trial_dir"
}

#   $1       a setting
#   prints   the value that the trial server has
trial_setting() { awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$trial_settings"; }

#   stdin    configuration
#   prints   the names of its directives
directives_in() { awk '!/^#/ && NF { print tolower($1) }' | sort -u; }

read_wanted_settings() {
    settings_of "$trial_socket" log_in_to_trial >"$trial_settings"
    note_trial
    choose_settings
}

# For an agent that watches over these settings without having applied them.
note_trial() { replace_file "$generation/.settings" '' 600 <"$trial_settings"; }

# Reads what was noted then. An earlier release noted nothing; where not even a trial server takes the settings, as it can be
# with one of another version, they are not put back.
#   sets     wanted_access, reply_seconds
recall_settings() {
    local memory
    find_wanted_access
    memory=$(wanted memory_mb)
    reply_seconds=$((15 + ${memory:-0} / 100))
    if [ -s "$generation/.settings" ]; then
        cat "$generation/.settings" >"$trial_settings"
    else
        launch_trial
        if trial_answers; then settings_of "$trial_socket" log_in_to_trial >"$trial_settings"; fi
        stop_trial
    fi
    choose_settings
}

# What the program says of the server, in the server's own spelling, what it said before and says no longer (also in an update
# that was interrupted), and what only the component may say. Whatever else somebody sets by hand is none of the agent's business. A trial server's files are
# elsewhere. Not applied, but put back, is what needs a new container, since Docker publishes it, and how data is kept, for
# which there is a procedure (persistence.sh).
choose_settings() {
    local left_out='unixsocket|aclfile'
    if imports; then left_out="$left_out|master(user|auth)|tls-(replication|ca-cert-.*|client-.*)"; fi
    # Not all of them are there; an awk that is given a file that is not would end.
    {
        cat "$generation"/redis.conf "$generation"/primary.conf "$current_dir"/redis.conf \
            "$current_dir"/primary.conf 2>/dev/null || true
        cut -f 1 "$former_settings"
        wanted owned | tr ' ' '\n'
    } | directives_in >"$directive_names"
    # 6.2 lists its own default of `bind` as nothing, and does not take that.
    awk -F '\t' 'NR == FNR { named[$1]; next } $1 in named' "$directive_names" "$trial_settings" |
        grep -Ev "^($left_out)	" |
        sed "s,	$generation/,	$tls_dir/,; s,^dir	.*,dir	$data_dir,; s/^bind	\$/&$every_address/" >"$enforced_settings"
    grep -Ev '^(appendonly|port|tls-port|bind)	' "$enforced_settings" >"$wanted_settings"
}
