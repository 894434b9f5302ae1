#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Starts the server. $1 is the fingerprint of its container, by which the agent recognizes it.
# The first process of a container ignores signals that it does not trap, and Docker sends a signal only once.
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

# Records the container's fingerprint and version for the agent. If the disk is full, the server starts without this
# record.
#   $1       the fingerprint of this container
note_server() {
    { echo "$1 $(redis-server --version | sed 's/.* v=\([0-9.]*\).*/\1/')" >"$server_file.new" && mv "$server_file.new" "$server_file"; } 2>/dev/null
}

# Protects the replicas' data when their primary starts without data: the replicas must not sync with the empty server.
# The server must not accept writes either, until the data is back or the user has decided to continue without it.
#   prints   options for the server
protect_replicas() {
    rm -f "$starts_empty_marker" "$blocked_file"
    if [ ! -e "$own_address_file" ] || follows; then
        rm -f "$closed_file"
    elif [ -s "$current_dir/followers.acl" ] && ! has_data; then
        mark "$starts_empty_marker"
        echo "--min-replicas-to-write 65535"
    # Before 6.0 replicas log in with the same password as clients, so only the agent may log in. Files that the server
    # wrote in this state are not the lost data.
    elif [ -s "$current_dir/followers" ] && { ! has_data || [ -e "$closed_file" ]; }; then
        mark "$starts_empty_marker"
        (umask 077 && echo "requirepass $(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')" >"$closed_file.new") &&
            mv "$closed_file.new" "$closed_file" || return 1
        echo "--include $closed_file"
    else
        rm -f "$closed_file"
    fi
}

# Restores the saved users of the agent and the health check, in case someone has changed them. Removes the users of
# replicas, which the agent creates again after its first check, and the user that sends data back to a primary.
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

# If there is a dump but no append-only file, the dump holds the data, with any flavor: with `appendonly yes`, Redis
# would start with a new, empty append-only file and ignore the dump.
#   prints   the kind of file to read, if it differs from that of the flavor
kind_to_read() {
    local kind
    kind=$(line_of "$unsettled_file")
    if [ -z "$kind" ] && [ "$(current flavor)" = aof ] && [ -e "$dump_file" ] && ! has_log; then
        kind=rdb
        # Without this record the next start could read the wrong file, so do not start the server.
        { echo $kind >"$unsettled_file.new" && mv "$unsettled_file.new" "$unsettled_file"; } || return 1
    fi
    echo "$kind"
}

note_server "$1"
note_memory_limit
pass_on_kill
# No successor has read the dump: this container was restarted, and a memory-only server loses its data then.
if [ "$(current flavor)" = nordb ] && [ "$(line_of "$answered_file")" = "$(hostname)" ] && [ ! -e "$unsettled_file" ]; then
    rm -f "$dump_file"
fi
protection=$(protect_replicas) || exit 1
if [ -e "$acl_file" ]; then admit_agent; fi
# Docker can assign a new address at each start.
hostname -i | awk '{ print $1 }' >"$own_address_file"
# Unfinished files of a killed server: no server reads them, and they take space on the disk.
rm -f "$data_dir"/temp-[0-9]*.rdb "$data_dir"/temp-rewriteaof-*.aof
kind=$(kind_to_read) || exit 1

set --
# Docker has not raised the container's memory limit yet.
if [ -e "$former_limits_file" ] && [ "$(line_of "$memory_limit_file")" -lt "$(current memory_mb)" ] 2>/dev/null; then
    set -- --include "$former_limits_file"
fi
# Before 7.0 a starting server ignores logged commands that make a value longer than this limit. The agent then has the
# append-only file rewritten (renew_log).
if [ "$kind" = aof ] && grep -q '^proto-max-bulk-len ' "$current_dir/redis.conf"; then
    set -- "$@" --proto-max-bulk-len 512mb
fi
# Until the agent has settled the data, the server evicts nothing and does not overwrite the existing dump.
case $kind in
aof) set -- "$@" --appendonly yes --maxmemory 0 --save '' ;;
rdb) set -- "$@" --appendonly no --maxmemory 0 --save '' ;;
esac
# shellcheck disable=SC2086 # two words
if [ -n "$protection" ]; then set -- "$@" $protection; fi
if follows; then
    # If the agent has not found the primary yet, the server follows an address where nothing listens, so it accepts no
    # writes.
    { read -r host port <"$primary_file"; } 2>/dev/null || { host=127.0.0.1 port=1; }
    # After a reboot, this container can have the address that its primary had. A server that follows itself blocks for
    # five seconds at each attempt, and does not answer the agent, which knows the new address.
    if [ "$host" = "$(line_of "$own_address_file")" ]; then host=127.0.0.1 port=1; fi
    # All versions support `slaveof`; `replicaof` exists only from 5.0 on.
    set -- "$@" --slaveof "$host" "$port"
    # One line for each start of this container, until the health check finds that it follows its primary.
    hostname >>"$starts_file"
fi
mark "$started_marker"
# Only the first answer of a new container must not depend on free disk space (health.sh).
if [ "$(line_of "$answered_file")" = "$(hostname)" ]; then mark "$answered_marker"; fi
serve "$current_dir/redis.conf" "$@"
