# shellcheck shell=sh
# Switchover: a primary and a replica exchange their roles without losing a write.

# Whether the settings in force make this server a primary and the wanted ones make it a replica.
switches_over() { follows && [ -s "$current_dir/database" ] && [ -z "$(current primary)" ]; }

# Makes the replica the primary. Redis pauses writes until the replica has received all of them; then the replica
# accepts writes. If this server restarts in the middle, it follows the replica and refuses writes.
switch_over() {
    local address reply tries=0
    if ! switches_over || [ "$(info replication role)" = slave ]; then return; fi
    write_primary
    address=$(first_line_of "$primary_file")
    # If the failover fails, this server accepts writes again.
    reply=$(server "FAILOVER TO $address TIMEOUT 10000")
    if [ "$reply" != OK ]; then refuse_switchover "$address" "$reply"; fi
    until [ "$(info replication master_failover_state)" = no-failover ]; do
        sleep 0.1
        tries=$((tries + 1))
        if [ $tries = 150 ]; then server "FAILOVER ABORT" >/dev/null; fi
    done
    if [ "$(info replication role)" = master ]; then
        refuse_switchover "$address" "it did not receive the last writes within ten seconds"
    fi
    say "applied: primary; the new primary has all writes"
}

#   $1       address and port of the replica
#   $2       the reason
refuse_switchover() {
    rm -f "$primary_file"
    refuse switchover-failed "primary: the switchover to the replica at $1 failed: $2; this server remains the primary"
}

# A stopped server may have acknowledged writes that no replica has received, so a switchover needs a running server.
check_stopped_primary() {
    if switches_over && ! is_empty; then
        refuse switchover-without-server "primary: the server is not running, so a switchover is impossible; start its container and try again, or remove primary"
    fi
}
