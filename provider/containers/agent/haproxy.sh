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

# Makes whoever terminates TLS read the certificate again; connections stay.
#   prints   OK, or why not
reread_certificate() {
    local reply
    if ! has_terminator; then
        server "CONFIG SET tls-cert-file $tls_dir/tls.crt"
    # One that does not run reads it at its start.
    elif ! reply=$(change_certificate); then
        echo OK
    else
        case $reply in
        *Success!*) echo OK ;;
        *)
            echo "abort ssl cert $tls_dir/tls.crt" | ask_haproxy "$terminator_socket" >/dev/null
            # Its reason comes after what it is about to do.
            printf '%s\n' "$reply" | grep . | grep -v '^Committing' | head -n 1
            ;;
        esac
    fi
}

# Certificate and key are one text, which ends at the first empty line.
#   prints   HAProxy's answer
#   fails    if it does not run
change_certificate() {
    {
        echo "set ssl cert $tls_dir/tls.crt <<"
        cat "$tls_dir/tls.crt" "$tls_dir/tls.key" | tr -d '\r' | grep .
        echo
    } | ask_haproxy "$terminator_socket" >"$terminator_reply" || return 1
    grep -q 'Transaction \(created\|updated\)' "$terminator_reply" || { cat "$terminator_reply"; return; }
    echo "commit ssl cert $tls_dir/tls.crt" | ask_haproxy "$terminator_socket"
}
