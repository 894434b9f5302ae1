# shellcheck shell=sh
# The server's role in replication, and the primary that a replica follows.

replicates() { follows || [ -e "$generation/followers.acl" ] || [ -e "$generation/followers" ]; }
follows() { [ -n "$(wanted primary)" ]; }
# Whether a manual `REPLICAOF` to another server is allowed, to import its data.
imports() { [ "$(wanted importing)" = yes ]; }

#   prints   address and port of the wanted primary; nothing until the primary has started
primary_address() {
    case $(wanted primary) in
    nearby) first_line_of "$primarys_address_file" | sed 's/$/ 6380/' ;;
    tunnel) first_line_of "$tunnel_address_file" | sed 's/$/ 6379/' ;;
    *) wanted primary ;;
    esac
}

# Records the primary's address for the server's next start.
write_primary() {
    local address
    if ! follows; then
        rm -f "$primary_file" "$promoted_marker"
        return
    fi
    address=$(primary_address)
    if [ -z "$address" ] || [ "$(first_line_of "$primary_file")" = "$address" ]; then return; fi
    echo "$address" | replace_file "$primary_file" '' 644
}

# Gives the running server its wanted role and primary. The settings are already committed, so that a restart does not
# undo a promotion.
#   $1       its current role in INFO
#   $2       address and port of its current primary, if it is a replica
apply_replication() {
    local address reply
    if follows; then
        write_primary
        address=$(first_line_of "$primary_file")
        if [ -z "$address" ] || [ "$1" != slave ] || [ "$2" = "$address" ]; then return; fi
        # The server has the address that its primary had before a reboot (server/start.sh). The primary has not started yet.
        if [ "${address% *}" = "$(first_line_of "$own_address_file")" ]; then return; fi
        reply=$("${running_access}_follow" "$address")
        [ "$reply" = OK ] || refuse primary-not-accepted "the running server does not follow its primary at $address: $reply"
        say "applied: primary"
    else
        if [ "$1" = slave ] && ! imports; then
            promote
            say "applied: promotion"
        fi
        # Not earlier: this removes primary_file, which shows that the agent made the server follow
        # (server/replication.sh).
        write_primary
    fi
}

# Promotes the running server.
promote() {
    local reply
    reply=$("${running_access}_follow" NO ONE)
    [ "$reply" = OK ] || refuse promotion-not-accepted "the running server cannot be promoted: $reply"
    # The data is in memory. The next start must not read the dump of the sync.
    if [ "$(wanted flavor)" = nordb ]; then rm -f "$dump_file"; fi
}

# Whether this replica was promoted by hand. It does not follow its primary again, because that would replace its new
# writes.
#   $1       the role of the running server
promoted_by_hand() { follows && [ ! -e "$offering_marker" ] && [ "$1" = master ]; }

check_promotion() {
    if switches_over || ! promoted_by_hand "$(info replication role)"; then return; fi
    place_marker "$promoted_marker"
    refuse promoted-by-hand "promoted: is not set, but the server was promoted by hand and accepts writes; set promoted: true, or destroy it and create a new replica"
}

# Lets a replica that is about to be replaced stop at once. After a full sync a replica otherwise refuses to stop until
# its append-only file is rewritten; Docker sends the signal only once and then waits ten minutes. Its data is only a
# copy. Redis supports this from 7.0 on.
allow_forced_shutdown() {
    local how
    how=$(trial_setting shutdown-on-sigterm)
    [ -n "$how" ] || return 0
    if follows && replacement_planned; then how=force; fi
    server "CONFIG SET shutdown-on-sigterm \"$how\"" >/dev/null
}
