# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# What the program wants, and what the next start of the server reads.

# The settings that are being applied: a directory named after its content.
generation=

# What the program wants of $1; what the settings in force want of it.
wanted() { sed -n "s/^$1=//p" "$generation/database"; }
current() { sed -n "s/^$1=//p" /settings/current/database 2>/dev/null || true; }

# One agent at a time: an up that was killed can leave a second one behind.
lock() {
    exec 9>/settings/lock
    flock 9
}
unlock() { exec 9>&-; }

# Makes written files survive a crash of the host.
flush() { sync "$@" || sync; }

random_hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# Makes the volume ready; the two local passwords never leave it.
prepare() {
    mkdir -p /settings/acl /settings/generations
    # All settings of a server: before 6.0 the password is among them.
    for name in running trial.settings wanted applicable changes undo; do
        touch /tmp/$name
        chmod 600 /tmp/$name
    done
    # 999 is the user of Redis in official images.
    chown 0:999 /settings/run && chmod 770 /settings/run
    chown 999:999 /settings/acl && chmod 700 /settings/acl
    for name in id agent.secret health.secret; do
        if [ "$(wc -c 2>/dev/null </settings/$name)" = 64 ]; then continue; fi
        random_hex >/settings/$name.new
        chmod 640 /settings/$name.new
        flush /settings/$name.new
        mv /settings/$name.new /settings/$name
    done
    chmod 600 /settings/agent.secret
    chown 0:999 /settings/health.secret
    if [ "$(stat -c %u /data)" != 999 ]; then chown 999:999 /data; fi
}

content_of() { cat "$1"/* | sha256sum | cut -c1-16; }

# What the program wants comes as one file: before each part stand its name and its number of lines.
unpack() { awk -v to="$1" '!left { part = to "/" $1; left = $2; next } { print >part; left-- }' /desired; }

# Copies what is wanted to a generation of its own. One that is there already may be the half of what a crash left.
stage() {
    staging=/settings/generations/new
    rm -rf $staging
    mkdir $staging
    unpack $staging
    if [ -e $staging/haproxy.cfg ]; then prepare_terminator; fi
    if [ -e $staging/users.acl ]; then
        case $(version_here) in 6.0.*) failover= ;; *) failover=+failover ;; esac
        local_user agent "-@all +acl +bgsave +config $failover +info +memory +ping +replicaof" >>$staging/users.acl
        local_user health '-@all +info +ping' >>$staging/users.acl
    fi
    chown -R 0:999 $staging
    chmod 750 $staging
    chmod 640 $staging/*
    if [ -e $staging/password.conf ]; then chmod 600 $staging/password.conf; fi
    # Its primary's one password is for the server alone to read: terminator and link have its group.
    if [ -e $staging/password.conf ] && [ -e $staging/primary.conf ]; then
        chown 999:999 $staging/primary.conf && chmod 600 $staging/primary.conf
    fi
    flush $staging/*
    generation=/settings/generations/$(content_of $staging)
    if whole; then
        rm -rf $staging
    else
        rm -rf "$generation"
        mv $staging "$generation"
    fi
}

whole() { [ -d "$generation" ] && [ "$(content_of "$generation")" = "$(basename "$generation")" ]; }

# Moves link $1 to the new generation in one step, so that there is no moment without it.
point() { point_to "$1" "generations/$(basename "$generation")"; }

point_to() {
    ln -sfn "$2" "/settings/$1.new"
    mv -Tf "/settings/$1.new" "/settings/$1"
}

commit() {
    point current
    # From here on these are the settings in force: nothing goes back.
    rm -f /tmp/undo
    point tls
    flush /settings
    for old in "/settings"/generations/*; do
        if [ "$old" != "$generation" ]; then rm -rf "$old"; fi
    done
}

# Whether another agent has taken over: what an interrupted up left behind must not fight its successor.
superseded() { [ "$(readlink /settings/current)" != "generations/$(basename "$generation")" ]; }
