#!/bin/sh
# Runs a command, and stops it when the caller asks for that or ends. The caller starts this script as the leader of a
# process group, and keeps the other end of file descriptor 3 open. A line "done" there means that the command has exited;
# any other line, or the end of the pipe, stops the command: SIGINT, then SIGKILL for it and all that it has started.
#   $1   seconds between the two signals
#   $@   the command

seconds=$1
shift

# Prints Pulumi's plugins, which would continue to work on containers. They have process groups of their own, but stay in
# the session of the command, even after it has ended. Where `ps` does not know sessions, only its descendants are found.
plugins() {
    ps -A -o pid= -o ppid= -o pgid= -o sess= | awk -v root=$$ '
        { parent[$1] = $2; group[$1] = $3; session[$1] = $4 }
        END {
            for (pid in parent) {
                for (each = pid; each in parent && each != root; each = parent[each]);
                if ((each == root || session[pid] == root) && group[pid] != root) print pid
            }
        }'
}

(
    # `read` fails at the end of the pipe.
    read -r line <&3 || line=stop
    [ "$line" != "done" ] || exit 0
    kill -INT $$ 2>/dev/null
    waited=0
    while [ "$waited" -lt $((seconds * 5)) ] && kill -0 $$ 2>/dev/null; do
        sleep 0.2
        waited=$((waited + 1))
    done
    # A stopped command starts no more plugins.
    kill -STOP $$ 2>/dev/null
    # shellcheck disable=SC2046 # one word for each process
    kill -KILL $(plugins) 2>/dev/null
    kill -KILL -$$ 2>/dev/null
) >/dev/null 2>&1 &
exec 3<&-
exec "$@"
