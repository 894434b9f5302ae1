# shellcheck shell=sh
# The trial server: a real server with the wanted settings, but without data. Settings that it rejects never reach the
# running server.

# The ID of its process; empty while it is not running.
trial_pid=

# The default of `bind`, as `CONFIG SET` accepts it.
every_address='* -::*'

check_image() {
    case $(image_version). in
    "$(wanted version)".*) ;;
    *) refuse image-version-mismatch "the image runs Redis $(image_version), but \`version\` is $(wanted version); change one of them" ;;
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

# Waits for the trial server's first reply.
#   fails    if the trial server has stopped
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
    # 137 is SIGKILL, which the kernel sends at the memory limit of the agent's container.
    [ $status != 137 ] ||
        refuse trial-out-of-memory "with these settings, Redis $(image_version) needs more memory than a trial server has, even without keys; lower config[\"databases\"] or config[\"maxclients\"]"
    refuse configuration-not-accepted "Redis $(image_version) does not accept these settings: $(trial_failure)"
}

#   prints   the directive and its error, or else the warnings in the trial server's log
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
#   prints   its value in the trial server
trial_setting() { awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$trial_settings"; }

#   stdin    configuration
#   prints   the names of its directives
directives_in() { awk '!/^#/ && NF { print tolower($1) }' | sort -u; }

read_wanted_settings() {
    settings_of "$trial_socket" log_in_to_trial >"$trial_settings"
    note_trial
    choose_settings
}

# Stores the trial server's settings for an agent that watches them without having applied them.
note_trial() { replace_file "$generation/.settings" '' 600 <"$trial_settings"; }

# Reads the stored settings. An earlier release stored none, so a trial server is started. If it rejects the settings,
# for example because its version differs, manual changes are not undone.
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

# Chooses the settings that the agent applies and restores, with their values in the trial server: those in the wanted
# configuration, those in the former one (including that of an interrupted update), and those that only the component
# may set. It ignores manual changes of all others. Paths of the trial server are replaced by those of the running one.
# Ports and `bind`, which need a new container, and `appendonly`, which needs a conversion (persistence.sh), are
# restored, but not applied.
choose_settings() {
    local left_out='unixsocket|aclfile'
    if imports; then left_out="$left_out|master(user|auth)|tls-(replication|ca-cert-.*|client-.*)"; fi
    # Some of these files may not exist, and awk would fail on a missing file.
    {
        cat "$generation"/redis.conf "$generation"/primary.conf "$current_dir"/redis.conf \
            "$current_dir"/primary.conf 2>/dev/null || true
        cut -f 1 "$former_settings"
        wanted owned | tr ' ' '\n'
    } | directives_in >"$directive_names"
    # 6.2 reports its default of `bind` as an empty value, which it does not accept.
    awk -F '\t' 'NR == FNR { named[$1]; next } $1 in named' "$directive_names" "$trial_settings" |
        grep -Ev "^($left_out)	" |
        sed "s,	$generation/,	$tls_dir/,; s,^dir	.*,dir	$data_dir,; s/^bind	\$/&$every_address/" >"$enforced_settings"
    grep -Ev '^(appendonly|port|tls-port|bind)	' "$enforced_settings" >"$wanted_settings"
}
