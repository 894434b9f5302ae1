# shellcheck shell=sh
# How the health check and the start script log in to the running server.

# Prints the commands of both possible logins. The server accepts one of them and rejects the other. Before 6.0 there is
# a single password, which is in closed_file while the server must reject clients (start.sh). Passwords are sent on
# standard input, because everyone on the host can read a command line.
log_in() {
    local file="$password_file"
    if [ -e "$closed_file" ]; then file=$closed_file; fi
    if [ -e "$file" ]; then sed 's/^requirepass/AUTH/' "$file"; fi
    if [ -e "$current_dir/users.acl" ]; then printf 'AUTH health %s\n' "$(line_of "$health_secret")"; fi
}
