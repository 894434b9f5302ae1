# shellcheck shell=sh
# The TLS terminator: before 6.0, HAProxy terminates TLS in front of the server.

wants_terminator() { [ -e "$generation/haproxy.cfg" ]; }
has_terminator() { [ -e "$current_dir/haproxy.cfg" ]; }

#   prints   what terminates TLS, for a message
terminates_tls() { if has_terminator; then echo "the TLS terminator"; else echo "the running server"; fi; }

# Creates the directory of HAProxy's admin socket.
prepare_terminator() {
    mkdir -p "$terminator_dir"
    chown 99:999 "$terminator_dir" && chmod 700 "$terminator_dir"
}

# Before any change, checks that a new certificate can be sent to a running HAProxy. A stopped one reads it at its next
# start, and one that is about to be removed keeps its certificate.
check_terminator() {
    local status=0
    if ! has_terminator || ! wants_terminator || same_certificate; then return; fi
    echo 'show info' | ask_haproxy "$terminator_socket" >/dev/null || status=$?
    [ $status -le 1 ] ||
        refuse haproxy-not-asked "tls: the new certificate cannot be sent to HAProxy, which keeps using the old one: $(why_unasked $status), or stop its container during the update"
}

# Makes the server, or HAProxy, reload the certificate. Connections stay open.
#   prints   OK, or the reason for the failure
reread_certificate() {
    local reply status=0
    if ! has_terminator; then
        server "CONFIG SET tls-cert-file $tls_dir/tls.crt"
        return
    fi
    reply=$(change_certificate) || status=$?
    case $status:$reply in
    1:* | 0:*Success!*) echo OK ;;
    0:*)
        echo "abort ssl cert $tls_dir/tls.crt" | ask_haproxy "$terminator_socket" >/dev/null
        # The reason follows a line about the attempt ("Committing").
        printf '%s\n' "$reply" | grep . | grep -v '^Committing' | head -n 1
        ;;
    *) why_unasked $status ;;
    esac
}

# Sends certificate and key to HAProxy, as one text that ends with an empty line.
#   prints   HAProxy's reply
#   fails    as ask_haproxy does
change_certificate() {
    {
        echo "set ssl cert $tls_dir/tls.crt <<"
        cat "$tls_dir/tls.crt" "$tls_dir/tls.key" | tr -d '\r' | grep .
        echo
    } | ask_haproxy "$terminator_socket" >"$terminator_reply" || return
    grep -q 'Transaction \(created\|updated\)' "$terminator_reply" || { cat "$terminator_reply"; return; }
    echo "commit ssl cert $tls_dir/tls.crt" | ask_haproxy "$terminator_socket"
}
