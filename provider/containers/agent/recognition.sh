# shellcheck shell=sh
# Recognizes files of Redis and their formats.

has_aof() { [ -e "$log_dir" ] || [ -e "$log_file" ]; }
has_dump() { [ -e "$dump_file" ]; }
# Data that is being restored, or was, does not count: only the agent moves it to where Redis reads it.
is_empty() {
    [ -z "$(find "$data_dir" -mindepth 1 ! -path "$data_dir/lost+found" ! -name '.redis-*' ! -path "$restoring_dir/*" \
        ! -path "$restored_dir/*" | head -n 1)" ]
}

# Finds files that would be ignored: Redis does not read a file with an unusual name, and starts without data. A
# symbolic link or another special file with a usual name counts as well.
#   prints   the names of the first three such files; nothing if there are none
unadoptable_files() {
    {
        find "$data_dir" -mindepth 1 -maxdepth 1 ! -name '.redis-*' \
            ! \( -type f \( -path "$dump_file" -o -path "$log_file" -o -name 'temp-*.rdb' -o -name 'temp-rewriteaof-*' \) \) \
            ! \( -type d \( -path "$log_dir" -o -path "$set_aside_dir" -o -path "$data_dir/lost+found" \) \)
        if [ -d "$log_dir" ]; then
            find "$log_dir" -mindepth 1 ! \( -type f \( -path "$log_manifest" -o -name 'temp-*' \) \) | unlisted
        fi
    } | sed "s,^$data_dir/,," | sort | awk 'NR < 4 { text = text (NR > 1 ? ", " : "") $0 } END { if (NR) print text (NR > 3 ? ", …" : "") }'
}

#   stdin    paths in log_dir
#   prints   those that the manifest does not list, or that are not regular files
unlisted() {
    local path listed
    listed=" $(listed_files . | tr '\n' ' ')"
    while IFS= read -r path; do
        if [ ! -f "$path" ] || [ -L "$path" ]; then echo "$path"; fi
        case $listed in *" ${path##*/} "*) ;; *) echo "$path" ;; esac
    done
}

#   $1       their types, as a regular expression: "b" for base, "i" for incremental, "h" for history files
#   prints   the files that the manifest lists
listed_files() {
    [ -e "$log_manifest" ] || return 0
    awk -v types="^$1\$" '!/^#/ { for (i = 1; i < NF; i += 2) of[$i] = $(i + 1); if (of["type"] ~ types) print of["file"] }' "$log_manifest"
}

#   prints   the file that Redis reads first, of the kind that holds the data
first_file() {
    case $kind in
    rdb) echo "$dump_file" ;;
    aof) if [ -e "$log_dir" ]; then echo "$log_dir/$(listed_files b)"; else echo "$log_file"; fi ;;
    esac
}

#   $1       a file
#   prints   the engine and the number of its format, such as "REDIS 11", if it is a dump or begins with one
format_of() { head -c 9 "$1" 2>/dev/null | sed -n '/^.\{9\}$/s/^\(REDIS\|VALKEY\)0*\([0-9]\{1,\}\)$/\1 \2/p'; }

#   $1       a format
#   prints   the name of its engine
engine_of() { case $1 in VALKEY*) echo Valkey ;; *) echo Redis ;; esac; }

image_engine() { case $(redis-server --version) in *[Vv]alkey*) echo Valkey ;; *) echo Redis ;; esac; }

# Both engines read formats up to REDIS 11. From Valkey 9 on, Valkey has its own formats.
#   $1       the format of a dump
#   $2       the format that a server writes
#   fails    if that server cannot read the dump
reads_format() {
    case ${1% *}/${2% *} in
    REDIS/REDIS | VALKEY/VALKEY) [ "${1#* }" -le "${2#* }" ] ;;
    REDIS/VALKEY) [ "${1#* }" -le 11 ] ;;
    *) return 1 ;;
    esac
}

# An append-only file is empty before the first write. It can begin with a dump, or with a timestamp (from 7.0 on).
#   $1       a file
#   fails    if it is not an append-only file
is_log() {
    [ -s "$1" ] || return 0
    case $(head -c 1 "$1") in
    '*' | '#') ;;
    *) [ -n "$(format_of "$1")" ] ;;
    esac
}

# Starts a server that reads the first file as its dump.
#   fails    if the server cannot read it: with 137 if it ran out of memory, otherwise with the reason in its log
read_file() {
    local pid status=0
    rm -rf "$reader_dir"
    mkdir "$reader_dir"
    ln -s "$(first_file)" "$reader_dump"
    redis-server --port 0 --dir "$reader_dir" --dbfilename "${reader_dump##*/}" --unixsocket "$reader_socket" --save '' \
        --databases "$(trial_setting databases)" >"$reader_log" 2>&1 9>&- &
    pid=$!
    until [ "$(echo PING | send "$reader_socket")" = PONG ]; do
        # A server that cannot read its dump may exit with 0.
        kill -0 $pid 2>/dev/null || { wait $pid || status=$?; [ $status != 0 ] || status=1; return $status; }
        sleep 0.05
    done
    kill -9 $pid
    wait $pid 2>/dev/null || true
}

# Checks the same file with the tool that checks dumps, which does not keep the keys in memory.
#   fails    if the tool finds no problem, or the image has no such tool
check_file() {
    local tool
    tool=$(command -v redis-check-rdb || command -v valkey-check-rdb) || return 1
    "$tool" "$(first_file)" >"$reader_log" 2>&1 9>&- || true
    grep -q '^--- RDB ERROR DETECTED\|MODULE AUX for' "$reader_log"
}
