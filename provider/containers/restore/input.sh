# shellcheck shell=sh
# What to restore: the files that Docker uploads (provider/model/render/restore.ts).

#   $1       the name of a setting
#   prints   its value
wanted() { setting "$1" "$desired/settings"; }

# Splits the uploaded file into its parts. A line with the name and the number of lines precedes each part.
unpack_input() {
    rm -rf "$desired"
    (umask 077 && mkdir -p "$desired" &&
        awk -v to="$desired" '!left { part = to "/" $1; left = $2; next } { print >part; left-- }' "$desired_file")
}

# Fetches the data into restoring_dir, checked: a dump.
fetch_from_source() {
    case $(wanted source) in
    repository) fetch_backup ;;
    rdb) fetch_dump ;;
    appendonly) fetch_log ;;
    url) fetch_from_server ;;
    esac
}

# Checks whether the source can be read and, if the location of the data is mounted, whether that is empty.
try_source() {
    if [ -d "$data_dir" ]; then check_empty; fi
    case $(wanted source) in
    repository) try_backup ;;
    rdb) check_dump_file ;;
    appendonly) check_log_files "$source_path" ;;
    url) check_server ;;
    esac
}

#   $1, $2   the engine and the version that wrote the data
#   $3       what has the data
#   fails    with a refusal, if the wanted version cannot read it
check_release() {
    case $1/$(wanted engine) in
    redis/redis | valkey/valkey) ;;
    # Valkey is a fork of Redis 7.2.
    redis/valkey) if is_older 7.2 "$2"; then refuse restore-newer-than-version "engine: is \"valkey\", but $3 is of Redis $2, which Valkey cannot read; set engine to \"redis\""; fi ;;
    *) refuse restore-newer-than-version "engine: is \"redis\", but $3 is of Valkey $2, which Redis cannot read; set engine to \"valkey\"" ;;
    esac
    if [ "$1" = "$(wanted engine)" ] && is_older "$(wanted version)" "$2"; then
        refuse restore-newer-than-version "version: is \"$(wanted version)\", but $3 is of $(engine_name "$1") $2, which $(wanted version) cannot read; set version to \"$2\" or a later one"
    fi
}

# A default version may change, and would then decide with which version a backup is restored.
#   $1, $2   the engine and the version that wrote the backup
#   $3       the backup
#   fails    with a refusal, if the program does not set a version
check_version_given() {
    [ "$(wanted version_given)" = yes ] ||
        refuse restore-version-not-set "version: is not set, and $3 is of $(engine_name "$1") $2; set version to \"$2\" or a later one"
}

#   $1       an engine, as the argument `engine` names it
#   prints   its name
engine_name() { if [ "$1" = valkey ]; then echo Valkey; else echo Redis; fi; }

#   $1, $2   two versions, such as 8.0 and 8.10
#   fails    unless the first is older than the second
is_older() {
    awk -v one="$1" -v other="$2" 'BEGIN {
        split(one, a, "."); split(other, b, ".")
        exit !(a[1] * 1000 + a[2] < b[1] * 1000 + b[2])
    }'
}
