# shellcheck shell=sh
# Source: a server that runs. redis-cli receives its data as a replica would.

#   $1       a property of the URL
#   prints   its value
server_part() { setting "$1" "$desired/url"; }

# Runs redis-cli against the server, with the password in the environment of that process alone. It verifies the
# certificate, but not the name in it: the CA must be that of the server.
#   $@       its arguments
#   prints   its output, including errors
ask_server() {
    local host
    host=$(server_part host)
    if [ -n "$(server_part user)" ]; then set -- --user "$(server_part user)" "$@"; fi
    if [ "$(server_part tls)" = yes ]; then
        # An address is not allowed as a server name.
        case $host in *:* | *[0-9]) ;; *) set -- --sni "$host" "$@" ;; esac
        set -- --tls --cacert "$desired/url.ca.crt" "$@"
    fi
    (
        if [ -n "$(server_part password)" ]; then
            REDISCLI_AUTH=$(server_part password)
            export REDISCLI_AUTH
        fi
        # shellcheck disable=SC2086 # two words, or none
        exec $limited redis-cli -h "$host" -p "$(server_part port)" "$@" 2>&1
    )
}

#   prints   the server's address, for messages
server_address() { echo "$(server_part host):$(server_part port)"; }

# Refuses to continue with an error of redis-cli.
#   $1       its output
refuse_server() {
    local reason
    # After a refused login, redis-cli goes on without one, and reports that last.
    reason=$(printf '%s\n' "$1" | tr -d '\r' | sed -n 's/.*AUTH failed: //p' | head -n 1)
    [ -n "$reason" ] || reason=$(printf '%s\n' "$1" | tr -d '\r' | sed 's/[[:space:]]*$//; /^$/d' | tail -n 1)
    case $1 in
    *'certificate verify failed'* | *'SSL_connect failed'*)
        refuse restore-url-not-verified "restoreFrom.url: the TLS handshake with $(server_address) failed, or its certificate is not from the CA in caCert ($reason)"
        ;;
    *WRONGPASS* | *NOAUTH* | *'AUTH failed'* | *'invalid password'* | *'invalid username-password'*)
        refuse restore-url-login-refused "restoreFrom.url: $(server_address) rejects the user or the password ($reason)"
        ;;
    *NOPERM* | *'unknown command'* | *'SYNC with master failed'*)
        refuse restore-url-sync-not-permitted "restoreFrom.url: $(server_address) does not permit the commands SYNC and PSYNC, with which its data is copied ($reason); allow them to this user, or write a dump there and give it as restoreFrom.rdbFile"
        ;;
    *) refuse restore-url-not-reached "restoreFrom.url: $(server_address) cannot be reached from the Docker host: $reason" ;;
    esac
}

#   fails    with a refusal, if the server cannot be reached or its version cannot be read
check_server() {
    local reply version limited='timeout 20'
    reply=$(printf 'PING\n' | ask_server) || true
    case $reply in
    PONG* | *NOPERM*) ;;
    *) refuse_server "$reply" ;;
    esac
    reply=$(printf 'INFO server\n' | ask_server) || true
    version=$(printf '%s\n' "$reply" | tr -d '\r' | sed -n 's/^valkey_version://p')
    if [ -n "$version" ]; then
        check_release valkey "$(minor "$version")" "the server at $(server_address)"
    else
        version=$(printf '%s\n' "$reply" | tr -d '\r' | sed -n 's/^redis_version://p')
        # A user with few permissions cannot read the version; the dump shows whether it can be read.
        if [ -n "$version" ]; then check_release redis "$(minor "$version")" "the server at $(server_address)"; fi
    fi
    check_permission
}

# Asks whether the user may copy the data, without copying it. From 7.0 on, a script can find out; elsewhere the copy
# itself is refused.
#   fails    with a refusal, if the server answers that it is not permitted
check_permission() {
    local reply
    reply=$(printf '%s\n' "EVAL \"return redis.acl_check_cmd('sync') and 'permitted' or 'refused'\" 0" | ask_server) || true
    case $reply in
    refused* | *'Invalid command passed'*) refuse_server "NOPERM the user has no permission to run the command SYNC" ;;
    esac
}

#   $1       a version, such as 8.0.2
#   prints   its minor version, such as 8.0
minor() { echo "$1" | cut -d . -f 1,2; }

fetch_from_server() {
    local reply status=0
    check_server
    reply=$(ask_server --rdb "$restoring_dir/dump.rdb") || status=$?
    if [ $status != 0 ] || [ ! -s "$restoring_dir/dump.rdb" ]; then refuse_server "$reply"; fi
    check_dump "$restoring_dir/dump.rdb" "the dump of $(server_address)"
}
