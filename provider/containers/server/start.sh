#!/bin/sh
# Starts the server. $1 is the fingerprint of its container: with it the agent knows which one runs.
settings=/settings/current
unsettled=/settings/run/unsettled

version=$(redis-server --version | sed 's/.* v=\([0-9.]*\).*/\1/')
# On a full disk the server had better start without this note than not at all.
{ echo "$1 $version" >/data/.redis-server.new && mv /data/.redis-server.new /data/.redis-server; } 2>/dev/null

# A primary whose replicas have data, and that starts without any, must not have them take that over.
run=/settings/run
has_data() { [ -s /data/dump.rdb ] || [ -s /data/appendonly.aof ] || [ -e /data/appendonlydir ]; }
rm -f $run/starts_empty $run/held
follows() { grep -q '^primary=.' $settings/database && [ ! -e $run/promoted ]; }
closed=/settings/acl/closed.conf
if [ -s $settings/followers.acl ] && [ -e $run/address ] && ! has_data && ! follows; then
    touch $run/starts_empty
    # The agent sees whether a replica has the data; what was written before that would be in the way.
    protect="--min-replicas-to-write 65535"
# Before 6.0, where its replicas log in as everybody does. What it wrote while it was closed is no data.
elif [ -s $settings/followers ] && [ -e $run/address ] && { ! has_data || [ -e $closed ]; } && ! follows; then
    touch $run/starts_empty
    # Nobody gets in but the agent, until somebody has decided.
    (umask 077 && echo "requirepass $(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')" >$closed.new) && mv $closed.new $closed || exit 1
    protect="--include $closed"
else
    rm -f $closed
fi
if [ -e /settings/acl/users.acl ]; then sed -i '/^user \(repl-[^ ]*\|agent-refill\) /d' /settings/acl/users.acl; fi
# Docker gives another one at each start.
hostname -i | awk '{ print $1 }' >$run/address
# What a server that was killed had not finished: no server reads it, and each would take as much of the disk again.
rm -f /data/temp-[0-9]*.rdb /data/temp-rewriteaof-*.aof

# A dump without a log is the data, whatever the flavor: Redis would begin a new, empty log and forget the dump.
kind=$(cat $unsettled 2>/dev/null)
if [ -z "$kind" ] && grep -q '^appendonly yes' $settings/redis.conf && [ -e /data/dump.rdb ] &&
    [ ! -e /data/appendonlydir ] && [ ! -e /data/appendonly.aof ]; then
    kind=rdb
    # Rather no server than one that does not know what it must read at its next start.
    { echo $kind >$unsettled.new && mv $unsettled.new $unsettled; } || exit 1
fi

# Until the agent has settled it: no eviction, no dump over the one that is there.
case $kind in
aof) set -- --appendonly yes --maxmemory 0 --save '' ;;
rdb) set -- --appendonly no --maxmemory 0 --save '' ;;
*) set -- ;;
esac
# shellcheck disable=SC2086 # two words
if [ -n "${protect:-}" ]; then set -- "$@" $protect; fi
if follows; then
    # Where the agent has not found its primary yet, nobody answers, and until it has it takes no writes.
    read -r host port <$run/primary || { host=127.0.0.1 port=1; }
    # Before 5.0 there is only the old word.
    case $version in 2.* | 3.* | 4.*) follow=--slaveof ;; *) follow=--replicaof ;; esac
    set -- "$@" $follow "$host" "$port"
    # A line for each start of this container, until the health check sees it follow.
    hostname >>$run/starts
fi
# What is older than this was there before.
touch /tmp/started
# Only the first answer of a new container must not wait for room on the disk (health.sh).
if [ "$(cat $run/answered 2>/dev/null)" = "$(hostname)" ]; then touch /tmp/answered; fi
exec redis-server $settings/redis.conf "$@"
