# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# Whom this server follows, and who may follow it.

# Read by the server at its start: address and port of its primary.
followed=/settings/run/primary
# There if somebody promoted it by hand: its starts follow nobody.
by_hand=/settings/run/promoted
# Written by the server at its start: the address of its container, of which it has another one after each.
own_address=/settings/run/address
nearby_address=/primary/run/address
# The same of its link's container, before 6.0.
link_address=/settings/run/link
# Written by the server at its start, if it starts without data though it is not its first.
starts_empty=/settings/run/starts_empty
# What to do about that, while its replicas are held back.
held_back=/settings/run/held

replicates() { follows || [ -e "$generation/followers.acl" ] || [ -e "$generation/followers" ]; }
follows() { [ -n "$(wanted primary)" ]; }

primary_address() {
    case $(wanted primary) in
    # Empty until that server has started.
    nearby) sed 's/$/ 6380/' "$nearby_address" 2>/dev/null || true ;;
    link) sed 's/$/ 6379/' "$link_address" 2>/dev/null || true ;;
    *) wanted primary ;;
    esac
}

# For the next start of the server.
write_primary() {
    if ! follows; then
        rm -f "$followed" "$by_hand"
        return
    fi
    address=$(primary_address)
    if [ -z "$address" ] || [ "$(cat "$followed" 2>/dev/null)" = "$address" ]; then return; fi
    echo "$address" >"$followed".new
    flush "$followed".new
    mv "$followed".new "$followed"
}

# Before 5.0 there is only the old word; users of later versions are let do it by the new one.
replicaof() { if has_users "$socket"; then server "REPLICAOF $*"; else server "SLAVEOF $*"; fi; }

# The settings are committed by now, so that no restart undoes a promotion.
apply_replication() {
    write_primary
    role=$(info replication role)
    if follows; then
        address=$(cat "$followed" 2>/dev/null) || return 0
        if [ "$role" != slave ] || [ "$(info replication master_host) $(info replication master_port)" = "$address" ]; then return; fi
        reply=$(replicaof "$address")
        [ "$reply" = OK ] || refuse primary-not-accepted "the running server does not follow its primary at $address: $reply"
        say "applied: primary"
    elif [ "$role" = slave ]; then
        reply=$(replicaof NO ONE)
        [ "$reply" = OK ] || refuse promotion-not-accepted "the running server cannot be promoted: $reply"
        say "applied: promotion"
    fi
}

# Somebody promoted it in an emergency. Following again would replace what was written since, so it does not.
promoted_by_hand() { follows && [ ! -e "$offering" ] && [ "$(info replication role)" = master ]; }

check_promotion() {
    if hands_over || ! promoted_by_hand; then return; fi
    touch "$by_hand"
    refuse promoted-by-hand "promoted: is not set, but the server was promoted by hand and takes writes; set promoted: true, or destroy it and make a new replica"
}

# A replica that has just been sent everything anew refuses to stop until its log is written, and Docker asks only once
# and waits ten minutes. What it holds is a copy, so one that is about to be replaced may go. Known from 7.0 on.
let_copy_go() {
    how=$(awk -F '\t' '$1 == "shutdown-on-sigterm" { print $2 }' /tmp/trial.settings)
    [ -n "$how" ] || return 0
    if follows && replacement_planned; then how=force; fi
    server "CONFIG SET shutdown-on-sigterm \"$how\"" >/dev/null
}

# Whether it takes writes, for the program, and shall follow from now on.
hands_over() { follows && [ -s /settings/current/database ] && [ -z "$(current primary)" ]; }

# The roles are exchanged: writes wait until the new primary has the last of them, and it takes them from then on. A
# server that starts in the middle of this follows, and takes none.
hand_over_writes() {
    if ! hands_over || [ "$(info replication role)" = slave ]; then return; fi
    write_primary
    address=$(cat "$followed" 2>/dev/null) || true
    # Whatever goes wrong, it takes writes again.
    reply=$(server "FAILOVER TO $address TIMEOUT 10000")
    if [ "$reply" != OK ]; then refuse_to_hand_over "$reply"; fi
    tries=0
    until [ "$(info replication master_failover_state)" = no-failover ]; do
        sleep 0.1
        tries=$((tries + 1))
        if [ $tries = 150 ]; then server "FAILOVER ABORT" >/dev/null; fi
    done
    if [ "$(info replication role)" = master ]; then refuse_to_hand_over "it did not have the last writes within ten seconds"; fi
    say "applied: primary; what was written here is there"
}

refuse_to_hand_over() {
    rm -f "$followed"
    refuse switchover-failed "primary: the replica at $address does not take over: $1; writes go on here"
}

# Nobody else has what a server that does not run may have been the last to hear.
check_at_rest() {
    if hands_over && ! is_empty; then
        refuse switchover-without-server "primary: the server does not run, so it cannot hand over; start its container and try again, or leave primary out"
    fi
}

# Lets replicas in. Their users are in no file that the server reads at its start, so that one which comes back without
# its data does not have its replicas take that over before anybody has looked.
apply_followers() {
    wanted_followers >/tmp/followers
    set_users /tmp/followers
    for name in $(server ACL USERS | grep '^repl-' || true); do
        if ! grep -q "^user $name " /tmp/followers; then server "ACL DELUSER $name" >/dev/null; fi
    done
    listed_followers >/tmp/followers.listed
}

listed_followers() { server ACL LIST | grep '^user repl-' | sort; }

# Lets them in, unless they must be held back.
open_gate() {
    if [ -e "$starts_empty" ] && [ ! -e "$held_back" ]; then
        if refill; then rm -f "$starts_empty"; fi
        take_writes
    fi
    if [ ! -e "$starts_empty" ]; then
        rm -f "$held_back"
        apply_followers
    else
        hold_back "its replicas are held back and keep theirs"
    fi
}

hold_back() {
    if [ -e "$held_back" ]; then return; fi
    echo "it came back without its data, so ${1}: promote one of them (promoted: true); or, to go on without, run docker exec $(hostname) sh /agent.sh accept" >"$held_back"
    say "held back: the replicas, since this server came back without its data"
}

put_back_followers() {
    if [ -e "$held_back" ] || [ ! -e /tmp/followers.listed ] || [ "$(listed_followers)" != "$(cat /tmp/followers.listed)" ]; then
        open_gate
    fi
}

# Asked for from outside: what this server holds is what its replicas shall have.
accept() {
    generation=/settings/current
    watching=yes
    lock
    rm -f "$starts_empty"
    if has_users "$socket"; then open_gate; else open_door; fi
    unlock
    say "the replicas are let in, and take over what is here"
}

# shellcheck disable=SC3013 # dash and busybox know -nt
# Whether a server was started since the agent last looked, this one, its primary or its link; or a primary asks for data.
news() {
    [ "$own_address" -nt /tmp/looked ] || [ "$nearby_address" -nt /tmp/looked ] || [ "$nearby_asked" -nt /tmp/looked ] ||
        [ "$link_address" -nt /tmp/looked ] ||
        { [ -e "$offering" ] && [ ! -e "$nearby_asked" ]; }
}
