# shellcheck shell=sh disable=SC2317 # `stop` is called by a trap
# Runs the server, and records how it ended.

# Not empty once Docker stops the container.
stopped=
# The ID of the server's process; empty before its start.
server=

# Sends one command to the server, and waits for the reply without a time limit.
#   $*       the command
#   prints   the last line of its reply
ask() { { log_in; printf '%s\n' "$*"; } | redis-cli -s "$socket" 2>/dev/null | tail -n 1; }

# Whether the server dumps its data when it stops: a memory-only server hands its data over to its successor. It cannot
# know why it is stopped, so it always dumps; only a new container reads that dump. Without space for the dump, the
# server stops without one.
hands_over() { [ "$(current flavor)" = nordb ] && ! follows && [ ! -e "$starts_empty_marker" ]; }

# Saves users that were created by hand since the agent's last check. The component's own users stay as they are in the
# file.
save_users() {
    local own
    [ -e "$acl_file" ] || return 0
    own=$(awk 'NR == FNR { own[$2]; next } $2 in own' "$current_dir/users.acl" "$acl_file")
    [ "$(ask ACL SAVE)" = OK ] || return 0
    (
        umask 077
        {
            printf '%s\n' "$own"
            awk 'NR == FNR { own[$2]; next } !($2 in own)' "$current_dir/users.acl" "$acl_file"
        } >"$acl_file.new" && mv "$acl_file.new" "$acl_file"
    )
}

# Sends the server the signal to stop until it stops, because Docker sends its signal only once: Redis refuses to stop
# while it writes its first append-only file, such as after a full sync, and when it cannot save its data.
end_server() {
    kill -TERM "$server" 2>/dev/null
    while sleep 5 && kill -TERM "$server" 2>/dev/null; do :; done &
}

# Stops the server when Docker stops the container.
#   sets     stopped
stop() {
    stopped=yes
    if [ -z "$server" ]; then return; fi
    save_users
    if hands_over; then ask SHUTDOWN SAVE >/dev/null; fi
    end_server
}

# Runs the server as a child process, so that the shell learns how it ended.
#   $@       the server's arguments
#   sets     server
serve() {
    local status=0
    trap stop TERM INT
    # No other user may read the server's files.
    (umask 077 && exec redis-server "$@") &
    server=$!
    if [ -n "$stopped" ]; then end_server; fi
    # A signal interrupts `wait` while the server is still running.
    while :; do
        status=0
        wait "$server" || status=$?
        kill -0 "$server" 2>/dev/null || break
    done
    if [ $status = 137 ] && [ "$(kernel_kills)" -gt 0 ]; then
        note_kill
    elif [ -n "$stopped" ]; then
        forget_kill
    fi
    exit $status
}
