# shellcheck shell=sh
# A primary that came back without its data gets it again from the most complete of its replicas on this Docker host. Until
# that is decided it takes no writes (server/start.sh), and its replicas are not let in.

# The primary's side.
#   fails    unless it has the data again, or no replica has any either
refill() {
    local best='' refilled=1
    rm -rf "$offers_dir"
    mkdir "$offers_dir"
    chmod 700 "$offers_dir"
    mark "$asked_marker"
    # A replica's agent looks each second; on a host where much starts at once, it takes a few until it has answered.
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        sleep 1
        # More keys than none, then more of the stream.
        best=$(sort -k 1,1nr -k 2,2nr "$offers_dir"/*.offer 2>/dev/null | head -n 1)
        if [ "$(find "$offers_dir" -name '*.offer' | wc -l)" -ge "$(wc -l <"$generation/followers.acl")" ]; then break; fi
    done
    case $best in
    '') ;;
    '0 '*) refilled=0 ;;
    *) if follow_offer "$best"; then refilled=0; fi ;;
    esac
    rm -rf "$offers_dir"
    return $refilled
}

#   $1       the offer, as `offer` writes it
#   fails    if the server has data, or could not get the replica's
follow_offer() {
    local address password replica setting tries=0 status
    read -r _ _ address password replica <<OFFER
$1
OFFER
    # Asked again, it may have taken writes since.
    server "CONFIG SET min-replicas-to-write 65535" >/dev/null
    has_no_keys || return 1
    cat "$tls_dir/ca.crt" "$offers_dir/${replica##*/}.crt" | replace_file "$refill_ca_file" '' 644
    for setting in "tls-ca-cert-file $refill_ca_file" "tls-replication yes" "masteruser agent-refill" "masterauth $password"; do
        server "CONFIG SET $setting" >/dev/null
    done
    server "REPLICAOF $address 6380" >/dev/null
    # As long as it sends, it is waited for.
    until [ "$(info replication master_link_status)" = up ]; do
        sleep 0.2
        if [ "$(info replication master_sync_in_progress)" = 1 ]; then tries=0; else tries=$((tries + 1)); fi
        if [ $tries -gt 50 ]; then break; fi
    done
    status=$(info replication master_link_status)
    server "REPLICAOF NO ONE" >/dev/null
    for setting in 'masteruser ""' 'masterauth ""' "tls-replication no" "tls-ca-cert-file $tls_dir/ca.crt"; do
        server "CONFIG SET $setting" >/dev/null
    done
    rm -f "$refill_ca_file"
    # What came is in memory; what it came in would be read by the next start.
    if [ "$(wanted flavor)" = nordb ]; then rm -f "$dump_file"; fi
    [ "$status" = up ] && say "refilled: the data is there again, from a replica"
}

has_no_keys() { [ "$(info keyspace '\(db.*\)' | wc -l)" = 0 ]; }

# Ends what kept the server from taking writes.
accept_writes() { server "CONFIG SET min-replicas-to-write $(trial_setting min-replicas-to-write)" >/dev/null; }

# The replica's side. It can send its data only while it follows nobody; meanwhile it takes no writes either.
#   $1       the role that the running server has
offer() {
    local password name keys offset channels
    if [ -e "$offering_marker" ] || ! follows || promoted_by_hand "$1"; then return; fi
    place_marker "$offering_marker"
    password=$(random_hex)
    name=$(hostname)
    keys=$(info keyspace '\(db.*\)' | grep -c .) || true
    server "CONFIG SET min-replicas-to-write 65535" >/dev/null
    # The stream's own count, before another one begins.
    offset=$(info replication slave_repl_offset)
    server "REPLICAOF NO ONE" >/dev/null
    channels=$(grep -o ' resetchannels' "$generation/users.acl" | head -n 1)
    server "ACL SETUSER agent-refill reset on >$password resetkeys$channels -@all +psync +replconf +ping" >/dev/null
    cp "$generation/ca.crt" "$primarys_offers_dir/$name.crt"
    echo "$([ "$keys" = 0 ] && echo 0 || echo 1) $offset $(first_line_of "$own_address_file") $password $name" |
        replace_file "$primarys_offers_dir/$name.offer" '' 600
    say "offered: what it has, to its primary that came back without its data"
}

# Once the primary has decided.
withdraw() {
    [ -e "$offering_marker" ] || return 0
    server "ACL DELUSER agent-refill" >/dev/null
    server "REPLICAOF $(primary_address)" >/dev/null
    accept_writes
    rm -f "$offering_marker"
}
