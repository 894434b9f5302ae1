# shellcheck shell=sh
# Which primary this server follows.

replicates() { follows || [ -e "$generation/followers.acl" ] || [ -e "$generation/followers" ]; }
follows() { [ -n "$(wanted primary)" ]; }
# Whether somebody may have it follow a server that the program does not name.
imports() { [ "$(wanted importing)" = yes ]; }

#   prints   address and port of the wanted primary; nothing until that has started
primary_address() {
    case $(wanted primary) in
    nearby) first_line_of "$primarys_address_file" | sed 's/$/ 6380/' ;;
    tunnel) first_line_of "$tunnel_address_file" | sed 's/$/ 6379/' ;;
    *) wanted primary ;;
    esac
}

# For the server's next start.
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

# Makes the running server what it is wanted to be. The settings are committed by now, so that no restart undoes a
# promotion.
#   $1       the role that it has, as INFO says it
#   $2       the address and port of the primary that it follows, if it does
apply_replication() {
    local address reply
    if follows; then
        write_primary
        address=$(first_line_of "$primary_file")
        if [ -z "$address" ] || [ "$1" != slave ] || [ "$2" = "$address" ]; then return; fi
        reply=$("${running_access}_follow" "$address")
        [ "$reply" = OK ] || refuse primary-not-accepted "the running server does not follow its primary at $address: $reply"
        say "applied: primary"
    else
        if [ "$1" = slave ] && ! imports; then
            promote
            say "applied: promotion"
        fi
        # Only now: until here it says that the agent has the server follow (server/replication.sh).
        write_primary
    fi
}

# Has the running server follow nobody.
promote() {
    local reply
    reply=$("${running_access}_follow" NO ONE)
    [ "$reply" = OK ] || refuse promotion-not-accepted "the running server cannot be promoted: $reply"
    # The data is in memory; the dump that a sync came in would be read by the next start.
    if [ "$(wanted flavor)" = nordb ]; then rm -f "$dump_file"; fi
}

# Somebody promoted it in an emergency. Following again would replace what was written since, so it does not.
#   $1       the role that the running server has
promoted_by_hand() { follows && [ ! -e "$offering_marker" ] && [ "$1" = master ]; }

check_promotion() {
    if switches_over || ! promoted_by_hand "$(info replication role)"; then return; fi
    place_marker "$promoted_marker"
    refuse promoted-by-hand "promoted: is not set, but the server was promoted by hand and takes writes; set promoted: true, or destroy it and make a new replica"
}

# A replica that has just been sent everything refuses to stop until its log is written, and Docker asks only once and waits
# ten minutes. What it holds is a copy, so one that is about to be replaced may go. Redis knows this from 7.0 on.
allow_forced_shutdown() {
    local how
    how=$(trial_setting shutdown-on-sigterm)
    [ -n "$how" ] || return 0
    if follows && replacement_planned; then how=force; fi
    server "CONFIG SET shutdown-on-sigterm \"$how\"" >/dev/null
}
