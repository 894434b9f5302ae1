# shellcheck shell=sh
# A primary that started without its data gets it back from the replica on this Docker host that has the most complete
# copy. Until then the primary refuses writes (server/start.sh), and its replicas cannot connect.

# Runs on the primary: asks the replicas for the data, and syncs with the best one.
#   fails    unless the server has its data again, or no replica has any
refill() {
    local best='' refilled=1 seconds=0 offers
    rm -rf "$offers_dir"
    mkdir "$offers_dir"
    chmod 700 "$offers_dir"
    mark "$asked_marker"
    # A replica's agent checks for this every second, but on a busy host its offer can take much longer. Afterwards the
    # server accepts writes, and can no longer be refilled.
    while [ $seconds -lt 40 ]; do
        sleep 1
        seconds=$((seconds + 1))
        # First replicas with keys, then the highest replication offset.
        best=$(sort -k 1,1nr -k 2,2nr "$offers_dir"/*.offer 2>/dev/null | head -n 1)
        offers=$(find "$offers_dir" -name '*.offer' | wc -l)
        if [ "$offers" -ge "$(wc -l <"$generation/followers.acl")" ]; then break; fi
        # After a reboot, the agents of the replicas may start later than this one.
        if [ $seconds -ge 10 ] && [ "$offers" -ge "$(nearby_replicas)" ]; then break; fi
    done
    case $best in
    '') ;;
    '0 '*) refilled=0 ;;
    *) if follow_offer "$best"; then refilled=0; fi ;;
    esac
    rm -rf "$offers_dir"
    return $refilled
}

#   prints   how many replicas on this Docker host have a running agent
nearby_replicas() {
    local file
    for file in "$nearby_dir"/*; do
        if [ -e "$file" ] && ! flock -n "$file" true; then echo "$file"; fi
    done | wc -l
}

# Syncs with a replica.
#   $1       the replica's offer, as `offer` writes it
#   fails    if the server has data, or the sync failed
follow_offer() {
    local address password replica setting tries=0 status
    read -r _ _ address password replica <<OFFER
$1
OFFER
    # On a repeated attempt, the server may have accepted writes in the meantime.
    server "CONFIG SET min-replicas-to-write 65535" >/dev/null
    has_no_keys || return 1
    cat "$tls_dir/ca.crt" "$offers_dir/${replica##*/}.crt" | replace_file "$refill_ca_file" '' 644
    for setting in "tls-ca-cert-file $refill_ca_file" "tls-replication yes" "masteruser agent-refill" "masterauth $password"; do
        server "CONFIG SET $setting" >/dev/null
    done
    server "REPLICAOF $address 6380" >/dev/null
    # There is no time limit while a sync is in progress.
    until [ "$(info replication master_link_status)" = up ]; do
        sleep 0.2
        if [ "$(info replication master_sync_in_progress)" = 1 ]; then tries=0; else tries=$((tries + 1)); fi
        if [ $tries -gt 150 ]; then break; fi
    done
    status=$(info replication master_link_status)
    server "REPLICAOF NO ONE" >/dev/null
    for setting in 'masteruser ""' 'masterauth ""' "tls-replication no" "tls-ca-cert-file $tls_dir/ca.crt"; do
        server "CONFIG SET $setting" >/dev/null
    done
    rm -f "$refill_ca_file"
    # The data is in memory. The next start must not read the dump of the sync.
    if [ "$(wanted flavor)" = nordb ]; then rm -f "$dump_file"; fi
    [ "$status" = up ] && say "refilled: a replica has sent the data back"
}

has_no_keys() { [ "$(info keyspace '\(db.*\)' | wc -l)" = 0 ]; }

# Lets the server accept writes again.
accept_writes() { server "CONFIG SET min-replicas-to-write $(trial_setting min-replicas-to-write)" >/dev/null; }

# Runs on a replica: lets the primary know that this agent is running, until it ends.
join_primary() {
    local file
    [ "$(wanted primary)" = nearby ] || return 0
    file=$primarys_nearby_dir/$(sed -n 's/^masteruser //p' "$generation/primary.conf")
    { mkdir -p "$primarys_nearby_dir" && true >>"$file"; } || return 0
    exec 6<"$file"
    # While an update replaces the agent, the former one has the lock, too.
    flock -s 6
}
leave_primary() { exec 6>&-; }

# Runs on a replica: offers its data to the primary. The primary can sync with it only while it follows no server.
# The replica refuses writes in the meantime.
#   $1       the role of the running server
offer() {
    local password name keys offset channels
    if [ -e "$offering_marker" ] || ! follows || promoted_by_hand "$1"; then return; fi
    place_marker "$offering_marker"
    password=$(random_hex)
    name=$(hostname)
    keys=$(info keyspace '\(db.*\)' | grep -c .) || true
    server "CONFIG SET min-replicas-to-write 65535" >/dev/null
    # Read the replication offset before the role changes.
    offset=$(info replication slave_repl_offset)
    server "REPLICAOF NO ONE" >/dev/null
    channels=$(grep -o ' resetchannels' "$generation/users.acl" | head -n 1)
    server "ACL SETUSER agent-refill reset on >$password resetkeys$channels -@all +psync +replconf +ping" >/dev/null
    cp "$generation/ca.crt" "$primarys_offers_dir/$name.crt"
    # Not by replace_file: on a busy disk, flushing the file takes seconds, and the primary is waiting.
    (
        umask 077
        echo "$([ "$keys" = 0 ] && echo 0 || echo 1) $offset $(first_line_of "$own_address_file") $password $name" >"$primarys_offers_dir/$name.new"
    ) && mv "$primarys_offers_dir/$name.new" "$primarys_offers_dir/$name.offer"
    say "offered: its data, to its primary, which started without data"
}

# Follows the primary again once the primary no longer asks for data.
withdraw() {
    [ -e "$offering_marker" ] || return 0
    server "ACL DELUSER agent-refill" >/dev/null
    server "REPLICAOF $(primary_address)" >/dev/null
    accept_writes
    rm -f "$offering_marker"
}
