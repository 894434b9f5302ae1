# shellcheck shell=sh
# The settings that are not Redis's own: lines of name=value (provider/model/render/agentSettings.ts). Read with what the
# shell has built in, since the health check does so all the time.

# A setting.
#   $1       its name
#   $2       the file
#   prints   its value; nothing where the file or the name is not there
setting() {
    local line
    [ -e "$2" ] || return 0
    while IFS= read -r line; do
        case $line in
        "$1="*)
            printf '%s\n' "${line#*=}"
            return
            ;;
        esac
    done <"$2"
}

# A setting that is in force.
#   $1       its name
#   prints   its value
current() { setting "$1" "$current_dir/database"; }

#   prints   what a restart of the server's container costs beyond its connections
restart_warning() { if [ "$(current flavor)" = nordb ]; then echo ", but loses the data, which is in memory only"; fi; }

# The first line of a file.
#   $1       the file
#   prints   the line; nothing where there is none
line_of() {
    local line=
    { IFS= read -r line <"$1"; } 2>/dev/null || true
    printf '%s\n' "$line"
}
