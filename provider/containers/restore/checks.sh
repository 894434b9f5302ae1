# shellcheck shell=sh
# Checks data that no database of this component wrote: a server of the wanted version reads it.

# The databases that the reading server supports (recognition.sh).
trial_setting() { wanted databases; }

# Runs a server that reads files and writes nothing unless it is asked to.
#   $1       its directory
#   $@       further options
#   sets     reader_pid
start_reader() {
    local dir="$1"
    shift
    rm -rf "$reader_dir"
    mkdir "$reader_dir"
    redis-server --port 0 --dir "$dir" --unixsocket "$reader_socket" --save '' --databases "$(wanted databases)" "$@" \
        >"$reader_log" 2>&1 &
    reader_pid=$!
}

#   $*       a command
#   prints   the reading server's reply
ask_reader() { echo "$*" | redis-cli -s "$reader_socket" --raw 2>&1; }

# Waits until it has read all data.
#   fails    if it ended instead: with 137 if it ran out of memory
await_reader() {
    local status=0
    until [ "$(ask_reader PING)" = PONG ]; do
        kill -0 "$reader_pid" 2>/dev/null || { wait "$reader_pid" || status=$?; [ $status != 0 ] || status=1; return $status; }
        sleep 0.1
    done
}

stop_reader() {
    kill -9 "$reader_pid" 2>/dev/null || true
    wait "$reader_pid" 2>/dev/null || true
}

# Refuses a dump that the server could not load: it would stop at each start. If this container has not enough memory for
# the data, the tool that checks dumps reads it instead.
#   $1       the file
#   $2       what it is, for messages
check_dump() {
    local status=0
    [ -n "$(format_of "$1")" ] || refuse restore-not-readable "restoreFrom: $2 is not a dump of Redis"
    start_reader "$(dirname "$1")" --dbfilename "$(basename "$1")" --appendonly no
    await_reader || status=$?
    stop_reader
    case $status in
    0) return ;;
    137) check_with_tool "$1" || return 0 ;;
    esac
    refuse_unreadable "$2"
}

# Checks a dump with a tool that does not keep the keys in memory.
#   $1       the file
#   fails    if the tool finds no problem
check_with_tool() {
    "$(check_tool)" "$1" >"$reader_log" 2>&1 || true
    grep -q '^--- RDB ERROR DETECTED\|MODULE AUX for\|ERROR' "$reader_log"
}

#   prints   the tool that checks dumps; it is named differently in Valkey and before 3.2
check_tool() { command -v redis-check-rdb || command -v valkey-check-rdb || command -v redis-check-dump; }

# Refuses data with the reason in the log of the reading server or the tool.
#   $1       what has the data, for messages
refuse_unreadable() {
    local modules reason
    modules=$(sed -n "s/.*no matching module.* '\(.*\)'.*/\1/p; s/.*MODULE AUX for: //p" "$reader_log" | sort -u | tr '\n' ' ')
    [ -z "$modules" ] ||
        refuse restore-needs-modules "restoreFrom: $1 has data of modules (${modules% }), which are not available here; remove that data and the modules from the server that wrote it, and write a new dump"
    if grep -q "handle RDB format version\|Unknown RDB format" "$reader_log"; then
        refuse restore-newer-than-version "version: is \"$(wanted version)\", but $1 was written by a later version, in a format that $(engine_name "$(wanted engine)") $(wanted version) cannot read; set version to a later one"
    fi
    reason=$(sed -n '/^--- RDB ERROR DETECTED/{n;s/^\[[^]]*] //p;}' "$reader_log" | tail -n 1)
    [ -n "$reason" ] || reason=$(sed -n 's/^.* # //p' "$reader_log" | grep -v '^\(Fatal error loading\|Terminating server\|WARNING\)' | tail -n 1)
    refuse restore-not-readable "restoreFrom: $1 cannot be loaded by $(engine_name "$(wanted engine)") $(wanted version): ${reason:-$(tail -n 1 "$reader_log")}"
}
