# shellcheck shell=sh
# Access control. From 6.0 on there are users (users.sh); before, there is a single password (password.sh). Both files
# define the same functions under these names:
#
#   log_in           prints the command that logs the agent in; $1 is the file of the password
#   try_other_login  succeeds if the server may now accept a login that it has rejected
#   apply            applies the wanted users or password to the running server
#   write            writes them to the file that the server reads at start
#   admit            accepts replicas, before 6.0 also clients, unless the server started without its data
#   restore          undoes manual changes, on each check
#   follow           makes the running server follow the primary at address and port $*, or none (NO ONE)

# The access control of the wanted version: "users" or "password".
wanted_access=
# The access control of the running server. It differs until an update from 5.0 to 6.0 has replaced the server.
running_access=users

#   sets     wanted_access
find_wanted_access() { if [ -e "$generation/users.acl" ]; then wanted_access=users; else wanted_access=password; fi; }

# Detects the access control of the running server.
#   sets     running_access
find_access() {
    running_access=users
    # A server that has never had a single password has users.
    [ -e "$password_file" ] || [ "$wanted_access" = password ] || return 0
    case $(echo 'ACL WHOAMI' | send_over_connection || echo 'ACL WHOAMI' | send "$socket") in
    *'unknown command'*) running_access=password ;;
    esac
}

# Print the command that logs in to the running server, or to the trial server.
log_in() { "${running_access}_log_in" "$(password_in_force)"; }
log_in_to_trial() { "${wanted_access}_log_in" "$generation/password.conf"; }

# Records that replicas, before 6.0 also clients, cannot connect until the user has decided which data to keep.
#   $1       what this means, as the end of a sentence
block_access() {
    if [ -e "$blocked_file" ]; then return; fi
    echo "it started without its data, so ${1}: promote one of them (promoted: true); or, to continue without that data, run docker exec $(hostname) sh /agent.sh accept" |
        replace_file "$blocked_file" '' 644
    say "blocked: the replicas, because this server started without its data"
}

# Run by the user: accepts the replicas, which then sync with this server's data.
#   sets     generation, watching, wanted_access
accept() {
    generation=$current_dir
    watching=yes
    find_wanted_access
    lock
    rm -f "$starts_empty_marker"
    find_access
    "${running_access}_admit"
    unlock
    say "accepted: the replicas, which sync with this server"
}
