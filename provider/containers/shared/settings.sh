# shellcheck shell=sh
# The agent's settings: lines of name=value (provider/model/render/agentSettings.ts). They are read with shell built-ins
# only, because every health check reads them.

# Reads a setting.
#   $1       its name
#   $2       the file
#   prints   its value; nothing if the file or the name does not exist
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

# Reads a setting of the generation in force.
#   $1       its name
#   prints   its value
current() { setting "$1" "$current_dir/database"; }

#   prints   what a restart of the server's container loses in addition to its connections, as the end of a sentence
restart_warning() { if [ "$(current flavor)" = nordb ]; then echo ", but loses the data, which is in memory only"; fi; }

# Reads the first line of a file.
#   $1       the file
#   prints   the line; nothing if there is none
line_of() {
    local line=
    { IFS= read -r line <"$1"; } 2>/dev/null || true
    printf '%s\n' "$line"
}
