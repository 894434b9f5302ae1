# shellcheck shell=sh
# How clients and replicas get in. From 6.0 on there are users (users.sh); before, there is one password (password.sh). Both
# files have the same functions, called by these names:
#
#   log_in     prints the command that logs the agent in; $1 is the file of the one password
#   try_other_login  succeeds if the server may now take another login than the one that it refused
#   apply      brings the running server's users or password to the wanted ones
#   write      makes them what the server reads at its start
#   admit      lets replicas in, or everybody, unless the server came back without its data
#   restore    puts back what somebody changed by hand, on each look
#   follow     lets the running server follow the primary whose address and port are $*, or nobody (NO ONE)

# What the wanted version has: "users" or "password".
wanted_access=
# What the running server has: before an update from 5.0 to 6.0 has replaced it, not the same.
running_access=users

#   sets     wanted_access
find_wanted_access() { if [ -e "$generation/users.acl" ]; then wanted_access=users; else wanted_access=password; fi; }

# Finds out what the server that runs now has.
#   sets     running_access
find_access() {
    running_access=users
    # Where there has never been a password, there is nothing to ask.
    [ -e "$password_file" ] || [ "$wanted_access" = password ] || return 0
    case $(echo 'ACL WHOAMI' | send_over_connection || echo 'ACL WHOAMI' | send "$socket") in
    *'unknown command'*) running_access=password ;;
    esac
}

# Prints the command that logs in to the running server, or to the trial server.
log_in() { "${running_access}_log_in" "$(password_in_force)"; }
log_in_to_trial() { "${wanted_access}_log_in" "$generation/password.conf"; }

# Keeps replicas out, or before 6.0 everybody, until somebody has decided what becomes of the replicas' data.
#   $1       what keeps them out, as a sentence's end
block_access() {
    if [ -e "$blocked_file" ]; then return; fi
    echo "it came back without its data, so ${1}: promote one of them (promoted: true); or, to go on without, run docker exec $(hostname) sh /agent.sh accept" |
        replace_file "$blocked_file" '' 644
    say "held back: the replicas, since this server came back without its data"
}

# Run by a person: what this server holds is what its replicas shall have.
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
    say "the replicas are let in, and take over what is here"
}
