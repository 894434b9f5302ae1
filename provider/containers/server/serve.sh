# shellcheck shell=sh disable=SC2317 # `stop` is called by a trap
# Runs the server, and sees it off.

# Set once Docker stops it.
stopped=
# Its process; empty before its start.
server=

# Sends one command to the server, for as long as it takes.
#   $*       the command
#   prints   the last line of its reply
ask() { { log_in; printf '%s\n' "$*"; } | redis-cli -s "$socket" 2>/dev/null | tail -n 1; }

# A memory-only server takes its data along when it goes. Nobody says why it goes: so it always leaves a dump, and only
# another container, which took its place, reads that. Where the dump has no room, the server goes without.
hands_over() { [ "$(current flavor)" = nordb ] && ! follows && [ ! -e "$starts_empty_marker" ]; }

# Users that somebody has made since the agent looked. The component's own stay as they were in the file.
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

# Docker stops the server.
#   sets     stopped
stop() {
    stopped=yes
    if [ -z "$server" ]; then return; fi
    save_users
    if hands_over; then ask SHUTDOWN SAVE >/dev/null; fi
    kill -TERM "$server" 2>/dev/null
}

# The shell stays: only it learns how the server ends.
#   $@       the server's arguments
#   sets     server
serve() {
    local status=0
    trap stop TERM INT
    # What it writes is for nobody else to read.
    (umask 077 && exec redis-server "$@") &
    server=$!
    if [ -n "$stopped" ]; then kill -TERM "$server"; fi
    # A signal ends `wait` before the server has ended.
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
