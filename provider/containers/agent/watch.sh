# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# After the settings are applied: drops passwords whose grace is over, and puts back what somebody changed by hand.

watch() {
    trap 'exit 0' TERM
    # What goes wrong here is tried again and does not end the agent.
    set +e
    watching=yes
    touch /tmp/looked
    if ! wants_users && server_answers; then hold_connection; fi
    while :; do
        pause
        touch /tmp/looking
        lock
        if superseded; then stand_down; fi
        if ! whole; then
            stage
            say "put back: the settings on the volume"
        fi
        if server_answers; then
            mv /tmp/looking /tmp/looked
            (look)
            if ! wants_users; then hold_connection; fi
        else
            write_primary
            if [ -n "$held" ]; then get_back_in; fi
        fi
        unlock
    done
}

# Until it is time or, where there are replicas, a server was started: they wait for the agent then.
pause() {
    seconds=$(pause_seconds)
    while replicates && [ "${seconds%.*}" -gt 1 ]; do
        sleep 1 &
        wait $!
        if news; then return; fi
        seconds=$((seconds - 1))
    done
    sleep "$seconds" &
    wait $!
}

pause_seconds() {
    if [ -e "$unsettled" ] && [ ! -e /settings/run/refused ]; then
        echo 0.2
    else
        { echo 60; in_grace | cut -d ' ' -f 1; } | sort -n | head -n 1
    fi
}

look() {
    if [ -e "$unsettled" ]; then
        settle
    elif ! replacement_planned; then
        put_back_config
        if has_users "$socket"; then
            put_back_users
            put_back_followers
        else
            open_door
            put_back_password
        fi
        look_at_primary
        # What somebody else lets a database follow, to bring data in, is not the agent's business.
        if [ -e "$offering" ] || ! follows; then :; elif promoted_by_hand; then touch "$by_hand"; else apply_replication; fi
        forget_password
    fi
}

# The server has read files of another kind than its flavor's, or files that somebody brought.
settle() {
    apply_to_running_server
    rm -f /settings/run/refused
    say "the data is settled"
}

put_back_config() {
    settings_of "$socket" >/tmp/running
    { cat /tmp/wanted; awk '$1 == "appendonly" { print $1 "\t" $2 }' "$generation/redis.conf"; } | sort |
        comm -23 - /tmp/running >/tmp/changes
    while IFS='	' read -r name value; do
        if [ "$(server "CONFIG SET $name $(quote "$value")")" = OK ]; then say "put back: $name"; fi
    done </tmp/changes
}

put_back_users() {
    [ -e /tmp/users.listed ] || apply_users
    if [ "$(in_grace | wc -l)" != "$(cat /tmp/users.in_grace)" ]; then
        apply_users
        say "dropped: the password that was replaced"
    elif [ "$(listed_users)" != "$(cat /tmp/users.listed)" ]; then
        apply_users
        say "put back: users"
    fi
}
