# shellcheck shell=sh
# Verifies a backup: restores it, loads it into a throw-away server, and compares it with its tags.

# The ID of the throw-away server's process; empty while it is not running.
loader=

# Restores a backup to a file.
#   $1       the number of the repository
#   $2       the line of the snapshot (snapshot_lines)
#   $3       the file
#   fails    if that is not possible, or the file is not what was stored
fetch() {
    local status=0 id
    id=$(echo "$2" | cut -f 2)
    run_restic "$1" dump --quiet "$id" /dump.rdb >"$3" 2>"$restic_errors" || status=$?
    [ $status = 0 ] || restic_problem "$1" $status || return
    [ "$(sha256sum <"$3" | cut -c 1-64)" = "$(tag sha256 "$(echo "$2" | cut -f 3)")" ] ||
        problem backup-damaged "$(repository_name "$1"): the backup is not what was stored; its hash differs"
}

#   $@       a command
#   prints   the reply of the throw-away server
ask_loader() { timeout 60 redis-cli -s "$load_socket" "$@" 2>/dev/null | tr -d '\r'; }

# Starts the throw-away server, which has no network. As a replica of no server, it keeps keys that have expired.
#   sets     loader
#   fails    if it does not load the file
load() {
    local status=0 state
    redis-server --port 0 --unixsocket "$load_socket" --dir "$load_dir" --dbfilename dump.rdb --appendonly no --save '' \
        --maxmemory 0 --slaveof 127.0.0.1 1 >"$load_log" 2>&1 9>&- &
    loader=$!
    while :; do
        state=$(ask_loader INFO persistence | sed -n 's/^loading://p')
        if [ "$state" = 0 ]; then return; fi
        if ! kill -0 $loader 2>/dev/null; then break; fi
        sleep 0.2
    done
    wait $loader || status=$?
    loader=
    if [ $status = 137 ]; then
        problem backup-out-of-memory "the throw-away server that loads the backup was killed, because the container ran out of memory"
    else
        problem backup-damaged "a server cannot load the backup: $(grep -v '^ *$' "$load_log" | tail -n 1)"
    fi
}

#   sets     loader
stop_loader() {
    [ -z "$loader" ] || { kill -9 "$loader"; wait "$loader"; } 2>/dev/null || true
    loader=
}

# Verifies a backup of one repository, and then a tenth of the repository's data; each verification reads another tenth.
#   $1       the number of the repository
#   $2       the line of the snapshot (snapshot_lines)
#   sets     loaded_keys
#   fails    if something is damaged
verify_in() {
    local status=0 expected every
    rm -rf "$load_dir"
    mkdir "$load_dir"
    expected=$(tag keys "$(echo "$2" | cut -f 3)")
    say "$(repository_name "$1"): restoring and loading $expected keys"
    fetch "$1" "$2" "$load_dump" || return
    load || return
    loaded_keys=$(ask_loader INFO keyspace | sed -n 's/^db[0-9]*:keys=\([0-9]*\),.*/\1/p' | awk '{ sum += $1 } END { printf "%.0f\n", sum }')
    stop_loader
    rm -rf "$load_dir"
    [ "$loaded_keys" = "$expected" ] ||
        problem backup-damaged "$(repository_name "$1"): the backup has $expected keys, and a server loads $loaded_keys" || return
    say "$(repository_name "$1"): checking its structure and a tenth of its data"
    every=$(wanted verify_seconds)
    run_restic "$1" check --quiet --read-data-subset "$(($(now) / ${every:-86400} % 10 + 1))/10" >"$check_output" 2>&1 || status=$?
    case $status in
    0) ;;
    1) problem repository-damaged "$(repository_name "$1"): restic check found: $(grep -v '^ *$' "$check_output" | grep -i 'error\|damaged\|missing' | head -n 1)" || return ;;
    *)
        cp "$check_output" "$restic_errors"
        restic_problem "$1" $status || return
        ;;
    esac
    mark_verified "$1" "$(echo "$2" | cut -f 2)"
}

# Verifies a backup in each repository, or in one.
#   $1       its ID; empty for the newest one
#   $2       the number of the repository; empty for all
#   sets     loaded_keys
#   prints   the result for each repository, in JSON
#   fails    if one of them is damaged
verify() {
    local number line id started failed='' reason checked=''
    loaded_keys=
    now | write_status "$last_verify_file"
    for number in ${2:-$(repository_numbers)}; do
        started=$(now)
        id=$1
        loaded_keys=
        if find_snapshot "$number" "$1" && verify_in "$number" "$found_snapshot"; then
            id=$(tag id "$(echo "$found_snapshot" | cut -f 3)")
            printf '{"repository":%s,"id":"%s","ok":true,"keys":%s,"seconds":%s}\n' "$number" "$id" "$loaded_keys" $(($(now) - started))
            checked=${checked:-$id}
        else
            stop_loader
            line=$(cat "$failure_file")
            failed="${failed:-${line%%	*}	}${failed:+; }${line#*	}"
            id=$(tag id "$(echo "$found_snapshot" | cut -f 3)")
            checked=${id:-${checked:-$1}}
            printf '{"repository":%s,"id":%s,"ok":false,"code":"%s","reason":%s,"seconds":%s}\n' \
                "$number" "$(json "${id:-$1}")" "${line%%	*}" "$(json "${line#*	}")" $(($(now) - started))
        fi
    done
    reason=null
    if [ -n "$failed" ]; then reason=$(json "${failed#*	}"); fi
    # An explicit verification of an older backup says nothing about the newest one.
    if [ -z "$1" ]; then
        printf '{"id":%s,"time":"%s","ok":%s,"reason":%s}\n' "$(json "$checked")" "$(iso "$(now)")" \
            "$(if [ -n "$failed" ]; then echo false; else echo true; fi)" "$reason" | write_status "$verified_file"
    fi
    if [ -n "$failed" ]; then refuse "${failed%%	*}" "${failed#*	}"; fi
}
