# shellcheck shell=sh
# How the health check and the start script log in to the server that runs.

# Before 6.0 there is one password, in another file while the server is closed (start.sh). A server takes one of the two
# logins and refuses the other. They travel on standard input, since everyone on the host can read a command line.
log_in() {
    local file="$password_file"
    if [ -e "$closed_file" ]; then file=$closed_file; fi
    if [ -e "$file" ]; then sed 's/^requirepass/AUTH/' "$file"; fi
    if [ -e "$current_dir/users.acl" ]; then printf 'AUTH health %s\n' "$(line_of "$health_secret")"; fi
}
