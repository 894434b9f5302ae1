#!/bin/sh
# The settings agent: takes what the program wants from /desired, has a trial server accept it, applies it to the
# running server without dropping anyone, and only then makes it what the next start of the server will read.
# Whatever it refuses leaves the server as it was; the reason is its last line of output.
set -eu

desired=/desired
settings=/settings
data=/data
socket=$settings/run/redis.sock
trial=/tmp/trial
redis=999
trial_pid=

say() { echo "$*"; }

# Stays, so that the reason can be read and Docker does not start over; the health check never passes.
refuse() {
    stop_trial
    say "refused: $*"
    touch /tmp/refused
    exec sleep infinity
}

# ---- talking to Redis ----------------------------------------------------------------------------------------

# Sends the commands on standard input to the server at socket $1. They travel there because a command line is for
# everyone to read. Prints the replies, or the one line that says why there are none.
ask() {
    replies=$({ printf 'AUTH agent %s\n' "$(cat $settings/agent.secret)"; cat; } | redis-cli -s "$1" --raw 2>&1) || true
    case $replies in
    OK*) printf '%s\n' "$replies" | sed 1d ;;
    *) printf '%s\n' "$replies" | head -n 1 ;;
    esac
}

server() { printf '%s\n' "$*" | ask $socket; }

info() { server "INFO $1" | tr -d '\r' | sed -n "s/^$2://p"; }

# Every setting that the server at socket $1 has, as lines of name, tab, value.
settings_of() { echo 'CONFIG GET *' | ask "$1" | awk 'NR % 2 { name = $0; next } { print name "\t" $0 }' | sort; }

quote() { printf '"%s"' "$(printf '%s' "$1" | sed 's/["\\]/\\&/g')"; }

# ---- what is wanted ------------------------------------------------------------------------------------------

random_hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# Makes the volume ready; the two local passwords never leave it.
prepare() {
    mkdir -p $settings/run $settings/acl $settings/generations
    chown 0:$redis $settings/run && chmod 770 $settings/run
    chown $redis:$redis $settings/acl && chmod 700 $settings/acl
    for user in agent health; do
        [ -s $settings/$user.secret ] && continue
        random_hex >$settings/$user.secret.new
        chmod 640 $settings/$user.secret.new
        mv $settings/$user.secret.new $settings/$user.secret
    done
    chmod 600 $settings/agent.secret
    chown 0:$redis $settings/health.secret
    [ "$(stat -c %u $data)" = $redis ] || chown $redis:$redis $data
}

local_user() { echo "user $1 on #$(tr -d '\n' <$settings/"$1".secret | sha256sum | cut -c1-64) $2"; }

# Copies what is wanted to a generation of its own, named after its content, and prints its path.
stage() {
    staging=$settings/generations/new
    rm -rf $staging
    mkdir $staging
    cp $desired/* $staging/
    local_user agent '-@all +acl +bgsave +config +info +ping' >>$staging/users.acl
    local_user health '-@all +ping' >>$staging/users.acl
    chown -R 0:$redis $staging
    chmod 750 $staging
    chmod 640 $staging/*
    generation=$settings/generations/$(cat $staging/* | sha256sum | cut -c1-16)
    if [ -d "$generation" ]; then rm -rf $staging; else mv $staging "$generation"; fi
    echo "$generation"
}

version_here() { redis-server --version | sed 's/.* v=\([0-9.]*\).*/\1/'; }

check_image() {
    case $(version_here). in
    "$(cat "$1/version")".*) ;;
    *) refuse "the image runs Redis $(version_here), but \`version\` says $(cat "$1/version"); make them agree" ;;
    esac
}

# An older Redis does not read what a newer one wrote. The settings in force tell which that was.
check_version() {
    [ -e $settings/current/version ] || return 0
    now=$(cat $settings/current/version)
    printf '%s %s\n' "$now" "$(cat "$1/version")" | tr . ' ' | awk '{ exit $1 * 1000 + $2 > $3 * 1000 + $4 }' ||
        refuse "the data was written by Redis $now, which $(cat "$1/version") cannot read; go back to $now or a later version"
}

# A real server on the wanted settings, without the data: what it does not accept never reaches the real one.
start_trial() {
    rm -rf $trial
    mkdir $trial
    cp "$1/users.acl" $trial/users.acl
    redis-server "$1/redis.conf" --dir $trial --unixsocket $trial/redis.sock --aclfile $trial/users.acl \
        --tls-cert-file "$1/tls.crt" --tls-key-file "$1/tls.key" --tls-ca-cert-file "$1/ca.crt" >$trial/log 2>&1 &
    trial_pid=$!
    until [ "$(echo PING | ask $trial/redis.sock)" = PONG ]; do
        kill -0 $trial_pid 2>/dev/null || refuse "Redis $(version_here) does not accept these settings: $(trial_reason)"
        sleep 0.05
    done
}

# The directive and the complaint, or else what the server's log warns of.
trial_reason() {
    reason=$(sed -n '/^>>> /{s///;N;s/\n/: /;p;}' $trial/log)
    [ -n "$reason" ] || reason=$(sed -n 's/^[0-9]*:[A-Z] .* # //p' $trial/log | grep -v '^WARNING' | tr '\n' ' ')
    [ -n "$reason" ] || reason=$(tail -n 1 $trial/log)
    echo "$reason"
}

stop_trial() {
    [ -z "$trial_pid" ] || { kill -9 "$trial_pid"; wait "$trial_pid"; } 2>/dev/null || true
    trial_pid=
    rm -rf $trial
}

# ---- the running server --------------------------------------------------------------------------------------

# Succeeds if a server is there and knows the agent, fails if none is there.
server_runs() {
    while :; do
        reply=$(server PING)
        case $reply in
        PONG) return 0 ;;
        *'Could not connect'* | *'Connection refused'*) return 1 ;;
        LOADING*) sleep 0.2 ;;
        *) refuse "the running server does not take the agent's commands ($reply); replace it: pulumi up --replace its URN" ;;
        esac
    done
}

# A trial lives elsewhere, and what Docker publishes needs a new container: these say nothing about the server.
not_compared='^(dir|unixsocket|aclfile|port|tls-port|tls-(cert|key|ca-cert)-file(-pass)?)	'
persistence='^(appendonly|appendfsync|save)	'

# Brings the running server's settings to the trial's, also those that are back at their default. All or none.
apply_config() {
    settings_of $trial/redis.sock | grep -Ev "$not_compared" >/tmp/wanted
    settings_of $socket | grep -Ev "$not_compared" >/tmp/running
    if [ "$(info server redis_version)" != "$(version_here)" ]; then
        # A server of another version is about to be replaced. How it keeps data must be settled before that.
        grep -E "$persistence" /tmp/wanted >/tmp/wanted.some && mv /tmp/wanted.some /tmp/wanted
    fi
    : >/tmp/undo
    comm -23 /tmp/wanted /tmp/running >/tmp/changes
    while IFS='	' read -r name value; do
        reply=$(server "CONFIG SET $name $(quote "$value")")
        case $reply in
        OK) awk -F '\t' -v name="$name" '$1 == name' /tmp/running >>/tmp/undo && say "applied: $name" ;;
        *immutable* | *'Unsupported CONFIG parameter'*) say "waits for the next start: $name" ;;
        *)
            undo_config
            refuse "the running server does not accept $name $value: $reply"
            ;;
        esac
    done </tmp/changes
}

undo_config() {
    while IFS='	' read -r name value; do server "CONFIG SET $name $(quote "$value")" >/dev/null; done </tmp/undo
}

# Both files are in place before Redis is told to read them again; established connections go on.
apply_certificate() {
    [ -e $settings/tls ] && cmp -s "$1/tls.crt" $settings/tls/tls.crt && cmp -s "$1/tls.key" $settings/tls/tls.key &&
        cmp -s "$1/ca.crt" $settings/tls/ca.crt && return
    before=$(readlink $settings/tls)
    point tls "$1"
    reply=$(server "CONFIG SET tls-cert-file $settings/tls/tls.crt")
    [ "$reply" = OK ] && say "applied: certificate" && return
    point_to tls "$before"
    server "CONFIG SET tls-cert-file $settings/tls/tls.crt" >/dev/null
    undo_config
    refuse "the running server does not accept the certificate: $reply"
}

# One command a user, so that nobody is locked out in between; users that the program does not speak of stay.
apply_users() {
    while read -r _ name rules; do
        reply=$(server "ACL SETUSER $name reset $rules")
        [ "$reply" = OK ] || refuse "the running server does not accept user $name: $reply"
    done <"$1/users.acl"
    reply=$(server "ACL SAVE")
    [ "$reply" = OK ] || refuse "the server could not write its users: $reply"
}

# The same, for a server that will read them at its start.
write_users() {
    acl=$settings/acl/users.acl
    managed=$(awk '{ print $2 }' "$1/users.acl" | tr '\n' '|' | sed 's/|$//')
    { cat "$1/users.acl"; [ ! -e $acl ] || grep -Ev "^user ($managed) " $acl || true; } >$acl.new
    chown $redis:$redis $acl.new && chmod 600 $acl.new
    mv $acl.new $acl
}

flavor_now() { cat $settings/current/flavor 2>/dev/null || cat "$1/flavor"; }

# Redis reads one kind of file at its start. So the new kind is complete before the old one goes, and the old one
# goes, so that no later change of mind brings stale data back.
settle_persistence() {
    [ "$(flavor_now "$1")" = "$(cat "$1/flavor")" ] && return
    case $(cat "$1/flavor") in
    aof) wait_for_rewrite ;;
    rdb) dump && rm -rf $data/appendonlydir $data/appendonly.aof ;;
    nordb) rm -rf $data/appendonlydir $data/appendonly.aof $data/dump.rdb ;;
    esac
    say "applied: flavor $(cat "$1/flavor")"
}

wait_for_rewrite() {
    while [ "$(info persistence aof_rewrite_in_progress)$(info persistence aof_rewrite_scheduled)" != 00 ]; do sleep 0.1; done
    [ "$(info persistence aof_last_bgrewrite_status)" = ok ] || { undo_config; refuse "the append-only file could not be written: see the server's log"; }
}

dump() {
    until server BGSAVE | grep -q started; do sleep 0.1; done
    while [ "$(info persistence rdb_bgsave_in_progress)" != 0 ]; do sleep 0.1; done
    [ "$(info persistence rdb_last_bgsave_status)" = ok ] || { undo_config; refuse "the dump could not be written: see the server's log"; }
}

# Only a running server can carry its data from one kind of file to the other.
check_flavor_at_rest() {
    now=$(flavor_now "$1")
    [ "$now" = "$(cat "$1/flavor")" ] || [ "$now" = nordb ] || [ -z "$(ls $data)" ] ||
        refuse "the data was written as $now and the server is not running: run \`pulumi up\` with flavor $now first, then with $(cat "$1/flavor")"
}

# ---- what the next start reads -------------------------------------------------------------------------------

# Moves link $1 to generation $2 in one step, so that there is no moment without it.
point() { point_to "$1" "generations/$(basename "$2")"; }

point_to() {
    ln -sfn "$2" "$settings/$1.new"
    mv -Tf "$settings/$1.new" "$settings/$1"
}

commit() {
    point current "$1"
    point tls "$1"
    sync
    for old in "$settings"/generations/*; do [ "$old" = "$1" ] || rm -rf "$old"; done
}

apply() {
    rm -f /tmp/applied /tmp/reported /tmp/refused
    prepare
    generation=$(stage)
    check_image "$generation"
    check_version "$generation"
    start_trial "$generation"
    if server_runs; then
        apply_config
        apply_certificate "$generation"
        apply_users "$generation"
        settle_persistence "$generation"
    else
        check_flavor_at_rest "$generation"
        write_users "$generation"
    fi
    stop_trial
    commit "$generation"
    say "settings are in place"
    touch /tmp/applied
    exec sleep infinity
}

# Passes once the settings are applied. Docker asks every few milliseconds while an up waits for it; when there is an
# answer, one look a minute is enough.
health() {
    if [ -e /tmp/reported ] || [ -e /tmp/refused ]; then sleep 60; fi
    [ -e /tmp/applied ] && touch /tmp/reported
}

"$1"
