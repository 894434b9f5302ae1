# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# A real server on the wanted settings, without the data: what it does not accept never reaches the real one.

trial_pid=

check_image() {
    case $(version_here). in
    "$(wanted version)".*) ;;
    *) refuse image-version-mismatch "the image runs Redis $(version_here), but \`version\` says $(wanted version); make them agree" ;;
    esac
}

start_trial() {
    rm -rf /tmp/trial
    mkdir /tmp/trial
    sed "s,^include .*/,include $generation/," "$generation/redis.conf" >/tmp/trial/redis.conf
    set -- --dir /tmp/trial --unixsocket /tmp/trial/redis.sock
    if wants_users; then
        cp "$generation/users.acl" /tmp/trial/users.acl
        set -- "$@" --aclfile /tmp/trial/users.acl
    fi
    wants_terminator || set -- "$@" --tls-cert-file "$generation/tls.crt" --tls-key-file "$generation/tls.key" \
        --tls-ca-cert-file "$generation/ca.crt"
    redis-server /tmp/trial/redis.conf "$@" >/tmp/trial/log 2>&1 9>&- &
    trial_pid=$!
    until [ "$(echo PING | ask /tmp/trial/redis.sock)" = PONG ]; do
        kill -0 $trial_pid || refuse_settings
        sleep 0.05
    done
}

refuse_settings() {
    ended=0
    wait $trial_pid || ended=$?
    # SIGKILL comes from the kernel, at the memory limit of the agent's container.
    [ $ended != 137 ] ||
        refuse trial-out-of-memory "Redis $(version_here) takes more memory with these settings, before its first key, than a trial server has; lower config[\"databases\"] or config[\"maxclients\"]"
    refuse configuration-not-accepted "Redis $(version_here) does not accept these settings: $(trial_reason)"
}

# The directive and the complaint, or else what the server's log warns of.
trial_reason() {
    reason=$(sed -n '/^>>> /{s///;N;s/\n/: /;p;}' /tmp/trial/log)
    [ -n "$reason" ] || reason=$(sed -n 's/^[0-9]*:[A-Z] .* # //p' /tmp/trial/log | grep -v '^WARNING' | tr '\n' ' ')
    [ -n "$reason" ] || reason=$(tail -n 1 /tmp/trial/log)
    echo "$reason"
}

stop_trial() {
    [ -z "$trial_pid" ] || { kill -9 "$trial_pid"; wait "$trial_pid"; } 2>/dev/null || true
    trial_pid=
    rm -rf /tmp/trial
}

directives_in() { awk '!/^#/ && NF { print tolower($1) }' | sort -u; }

# What the program says of the server, in the server's own spelling, and what it said before and says no longer.
# Whatever else somebody sets by hand is none of the agent's business. A trial lives elsewhere, and what Docker
# publishes needs a new container; how data is kept has a procedure of its own.
read_wanted_settings() {
    # Not all of them are there; an awk that is given a file that is not would end.
    cat "$generation"/redis.conf "$generation"/primary.conf /settings/current/redis.conf \
        /settings/current/primary.conf 2>/dev/null | directives_in >/tmp/names
    settings_of /tmp/trial/redis.sock >/tmp/trial.settings
    awk -F '\t' 'NR == FNR { named[$1]; next } $1 in named' /tmp/names /tmp/trial.settings |
        grep -Ev '^(dir|unixsocket|aclfile|port|tls-port|appendonly)	' >/tmp/wanted
    sed -i "s,	$generation/,	/settings/tls/," /tmp/wanted
}
