# shellcheck shell=sh
# Before 6.0, HAProxy terminates TLS in front of the server.

wants_terminator() { [ -e "$generation/haproxy.cfg" ]; }
has_terminator() { [ -e "$current_dir/haproxy.cfg" ]; }

#   prints   who terminates TLS, for a message
terminates_tls() { if has_terminator; then echo "the TLS terminator"; else echo "the running server"; fi; }

# Its socket is in a directory of its own.
prepare_terminator() {
    mkdir -p "$terminator_dir"
    chown 99:999 "$terminator_dir" && chmod 700 "$terminator_dir"
}

# Before anything is touched: a new certificate must reach the HAProxy that runs. One that does not run reads it at its
# start, and one whose place the server takes goes with the certificate that it has.
check_terminator() {
    local status=0
    if ! has_terminator || ! wants_terminator || same_certificate; then return; fi
    echo 'show info' | ask_haproxy "$terminator_socket" >/dev/null || status=$?
    [ $status -le 1 ] ||
        refuse haproxy-not-asked "tls: the new certificate cannot reach HAProxy, which goes on with the old one: $(why_unasked $status), or stop its container while the update runs"
}

# Makes whoever terminates TLS read the certificate again; connections stay.
#   prints   OK, or why not
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
        # Its reason comes after what it is about to do.
        printf '%s\n' "$reply" | grep . | grep -v '^Committing' | head -n 1
        ;;
    *) why_unasked $status ;;
    esac
}

# Certificate and key are one text, which ends at the first empty line.
#   prints   HAProxy's answer
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
