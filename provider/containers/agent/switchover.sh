# shellcheck shell=sh
# A primary and a replica exchange their roles, without losing a write.

# Whether the server takes writes, for the program, and shall follow from now on.
switches_over() { follows && [ -s "$current_dir/database" ] && [ -z "$(current primary)" ]; }

# Writes wait until the new primary has the last of them, and it takes them from then on. A server that starts in the middle
# of this follows, and takes none.
switch_over() {
    local address reply tries=0
    if ! switches_over || [ "$(info replication role)" = slave ]; then return; fi
    write_primary
    address=$(first_line_of "$primary_file")
    # Whatever goes wrong, it takes writes again.
    reply=$(server "FAILOVER TO $address TIMEOUT 10000")
    if [ "$reply" != OK ]; then refuse_switchover "$address" "$reply"; fi
    until [ "$(info replication master_failover_state)" = no-failover ]; do
        sleep 0.1
        tries=$((tries + 1))
        if [ $tries = 150 ]; then server "FAILOVER ABORT" >/dev/null; fi
    done
    if [ "$(info replication role)" = master ]; then
        refuse_switchover "$address" "it did not have the last writes within ten seconds"
    fi
    say "applied: primary; what was written here is there"
}

#   $1       address and port of the replica
#   $2       the reason
refuse_switchover() {
    rm -f "$primary_file"
    refuse switchover-failed "primary: the replica at $1 does not take over: $2; writes go on here"
}

# A server that does not run may have been the last to acknowledge writes, which nobody else has.
check_stopped_primary() {
    if switches_over && ! is_empty; then
        refuse switchover-without-server "primary: the server does not run, so it cannot hand over; start its container and try again, or leave primary out"
    fi
}
