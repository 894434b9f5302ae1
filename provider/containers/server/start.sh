#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Starts the server. $1 is the fingerprint of its container: with it the agent knows which one runs.
# The first process of a container ignores signals that it does not trap, and Docker sends one only once.
trap 'exit 143' TERM INT
parts=$(dirname "$0")
. "$parts/../shared/files.sh"
. "$parts/../shared/settings.sh"
. "$parts/login.sh"
. "$parts/memory.sh"
. "$parts/serve.sh"
trap 'forget_kill; exit 143' TERM INT

has_data() { [ -s "$dump_file" ] || [ -s "$log_file" ] || [ -e "$log_dir" ]; }
has_log() { [ -e "$log_dir" ] || [ -e "$log_file" ]; }
follows() { [ -n "$(current primary)" ] && [ ! -e "$promoted_marker" ]; }

# For the agent. On a full disk the server had better start without this note than not at all.
#   $1       the fingerprint of this container
note_server() {
    { echo "$1 $(redis-server --version | sed 's/.* v=\([0-9.]*\).*/\1/')" >"$server_file.new" && mv "$server_file.new" "$server_file"; } 2>/dev/null
}

# A primary whose replicas have data, and that starts without any, must not have them take that over. Nor may it take writes
# before somebody has decided: they would be in the way.
#   prints   options for the server
protect_replicas() {
    rm -f "$starts_empty_marker" "$blocked_file"
    if [ ! -e "$own_address_file" ] || follows; then
        rm -f "$closed_file"
    elif [ -s "$current_dir/followers.acl" ] && ! has_data; then
        mark "$starts_empty_marker"
        echo "--min-replicas-to-write 65535"
    # Before 6.0 its replicas log in as everybody does, so that nobody but the agent may. What was written while it was closed
    # is no data.
    elif [ -s "$current_dir/followers" ] && { ! has_data || [ -e "$closed_file" ]; }; then
        mark "$starts_empty_marker"
        (umask 077 && echo "requirepass $(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')" >"$closed_file.new") &&
            mv "$closed_file.new" "$closed_file" || return 1
        echo "--include $closed_file"
    else
        rm -f "$closed_file"
    fi
}

# Lets in the agent, and the health check, whatever somebody did to their users and saved. It lets in the replicas, once it
# has looked, and nobody may refill a primary now.
admit_agent() {
    (
        umask 077
        rm -f "$locked_out_marker"
        { echo agent health agent-refill && cat "$created_followers_file"; } 2>/dev/null | tr ' ' '\n' |
            awk 'FILENAME != ARGV[2] { own[$1]; next } !($2 in own)' - "$acl_file" >"$acl_file.new" &&
            grep '^user \(agent\|health\) ' "$current_dir/users.acl" >>"$acl_file.new" &&
            mv "$acl_file.new" "$acl_file"
    )
}

# A dump without a log is the data, whatever the flavor: Redis would begin a new, empty log and forget the dump.
#   prints   the kind of file to read, where it is not the flavor's own
kind_to_read() {
    local kind
    kind=$(line_of "$unsettled_file")
    if [ -z "$kind" ] && [ "$(current flavor)" = aof ] && [ -e "$dump_file" ] && ! has_log; then
        kind=rdb
        # Rather no server than one that does not know what it must read at its next start.
        { echo $kind >"$unsettled_file.new" && mv "$unsettled_file.new" "$unsettled_file"; } || return 1
    fi
    echo "$kind"
}

note_server "$1"
note_memory_limit
pass_on_kill
# Handed over to nobody: this container was started again, with which its data is gone.
if [ "$(current flavor)" = nordb ] && [ "$(line_of "$answered_file")" = "$(hostname)" ] && [ ! -e "$unsettled_file" ]; then
    rm -f "$dump_file"
fi
protection=$(protect_replicas) || exit 1
if [ -e "$acl_file" ]; then admit_agent; fi
# Docker gives another one at each start.
hostname -i | awk '{ print $1 }' >"$own_address_file"
# What a server that was killed had not finished: no server reads it, and each would take as much of the disk again.
rm -f "$data_dir"/temp-[0-9]*.rdb "$data_dir"/temp-rewriteaof-*.aof
kind=$(kind_to_read) || exit 1

set --
# More memory is wanted than Docker has given yet.
if [ -e "$former_limits_file" ] && [ "$(line_of "$memory_limit_file")" -lt "$(current memory_mb)" ] 2>/dev/null; then
    set -- --include "$former_limits_file"
fi
# Before 7.0 a start ignores what makes a value longer than that; the agent has the log written anew (renew_log).
if [ "$kind" = aof ] && grep -q '^proto-max-bulk-len ' "$current_dir/redis.conf"; then
    set -- "$@" --proto-max-bulk-len 512mb
fi
# Until the agent has settled it: no eviction, no dump over the one that is there.
case $kind in
aof) set -- "$@" --appendonly yes --maxmemory 0 --save '' ;;
rdb) set -- "$@" --appendonly no --maxmemory 0 --save '' ;;
esac
# shellcheck disable=SC2086 # two words
if [ -n "$protection" ]; then set -- "$@" $protection; fi
if follows; then
    # Where the agent has not found its primary yet, nobody answers, and until it has it takes no writes.
    { read -r host port <"$primary_file"; } 2>/dev/null || { host=127.0.0.1 port=1; }
    # The later word, replicaof, is not known before 5.0; this one is known to all.
    set -- "$@" --slaveof "$host" "$port"
    # A line for each start of this container, until the health check sees it follow.
    hostname >>"$starts_file"
fi
mark "$started_marker"
# Only the first answer of a new container must not wait for room on the disk (health.sh).
if [ "$(line_of "$answered_file")" = "$(hostname)" ]; then mark "$answered_marker"; fi
serve "$current_dir/redis.conf" "$@"
