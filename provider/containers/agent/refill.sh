# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# A primary that came back without its data has it again from the freshest of its replicas on this Docker host. Until
# that is decided it takes no writes (server/start.sh), and its replicas are not let in.

# There while the primary asks: each replica's agent answers with a file beside it.
asked=/settings/run/offers/asked
nearby_asked=/primary/run/offers/asked
# There, in the replica's volume, while it offers.
offering=/settings/run/offering
# Certificates of the replica's CA and the primary's own.
refill_ca=/settings/run/refill.crt

# Succeeds if it has the data again, or if no replica has any either.
refill() {
    rm -rf /settings/run/offers
    mkdir /settings/run/offers
    touch $asked
    best=
    # A replica's agent looks each second.
    for _ in 1 2 3 4 5; do
        sleep 1
        # More keys than none, then more of the stream.
        best=$(sort -k 1,1nr -k 2,2nr /settings/run/offers/*.offer 2>/dev/null | head -n 1)
        if [ "$(find /settings/run/offers -name '*.offer' | wc -l)" -ge "$(wc -l <"$generation/followers.acl")" ]; then break; fi
    done
    refilled=1
    case $best in
    '') ;;
    '0 '*) refilled=0 ;;
    *) if follow_offer; then refilled=0; fi ;;
    esac
    rm -rf /settings/run/offers
    return $refilled
}

follow_offer() {
    # shellcheck disable=SC2086 # has words without a space in them
    set -- $best
    [ "$(info keyspace '\(db.*\)' | wc -l)" = 0 ] || return 1
    cat "/settings/tls/ca.crt" "/settings/run/offers/$5.crt" >$refill_ca
    for setting in "tls-ca-cert-file $refill_ca" "tls-replication yes" "masteruser agent-refill" "masterauth $4"; do
        server "CONFIG SET $setting" >/dev/null
    done
    server "REPLICAOF $3 6380" >/dev/null
    tries=0
    # As long as it sends, it is waited for.
    until [ "$(info replication master_link_status)" = up ]; do
        sleep 0.2
        if [ "$(info replication master_sync_in_progress)" = 1 ]; then tries=0; else tries=$((tries + 1)); fi
        if [ $tries -gt 50 ]; then break; fi
    done
    link=$(info replication master_link_status)
    server "REPLICAOF NO ONE" >/dev/null
    for setting in 'masteruser ""' 'masterauth ""' "tls-replication no" "tls-ca-cert-file /settings/tls/ca.crt"; do
        server "CONFIG SET $setting" >/dev/null
    done
    rm -f $refill_ca
    # What came is in memory; what it came in would be read by the next start.
    if [ "$(wanted flavor)" = nordb ]; then rm -f /data/dump.rdb; fi
    [ "$link" = up ] && say "refilled: the data is there again, from a replica"
}

take_writes() {
    server "CONFIG SET min-replicas-to-write $(awk -F '\t' '$1 == "min-replicas-to-write" { print $2 }' /tmp/trial.settings)" >/dev/null
}

# The replica's side. It can send what it has only while it follows nobody; meanwhile it takes no writes either.
offer() {
    if [ -e $offering ] || ! follows || promoted_by_hand; then return; fi
    touch $offering
    secret=$(random_hex)
    name=$(hostname)
    keys=$(info keyspace '\(db.*\)' | grep -c .)
    server "CONFIG SET min-replicas-to-write 65535" >/dev/null
    # The stream's own count, before another one begins.
    offset=$(info replication slave_repl_offset)
    server "REPLICAOF NO ONE" >/dev/null
    channels=$(grep -o ' resetchannels' "$generation/users.acl" | head -n 1)
    server "ACL SETUSER agent-refill reset on >$secret resetkeys$channels -@all +psync +replconf +ping" >/dev/null
    cp "$generation/ca.crt" "/primary/run/offers/$name.crt"
    echo "$([ "$keys" = 0 ] && echo 0 || echo 1) $offset $(cat "$own_address") $secret $name" >"/primary/run/offers/$name.new"
    chmod 600 "/primary/run/offers/$name.new"
    mv "/primary/run/offers/$name.new" "/primary/run/offers/$name.offer"
    say "offered: what it has, to its primary that came back without its data"
}

# Once the primary has decided.
withdraw() {
    [ -e $offering ] || return 0
    server "ACL DELUSER agent-refill" >/dev/null
    server "REPLICAOF $(primary_address)" >/dev/null
    take_writes
    rm -f $offering
}

look_at_primary() { if [ -e $nearby_asked ]; then offer; else withdraw; fi; }
