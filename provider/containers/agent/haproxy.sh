# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# Before 6.0 a terminator speaks TLS in front of the server.

wants_terminator() { [ -e "$generation/haproxy.cfg" ]; }
has_terminator() { [ -e /settings/current/haproxy.cfg ]; }
speaker_of_tls() { if has_terminator; then echo "the TLS terminator"; else echo "the running server"; fi; }

# Its socket is in a directory of its own.
prepare_terminator() {
    mkdir -p /settings/terminator
    chown 99:999 /settings/terminator && chmod 700 /settings/terminator
}

# Whoever speaks TLS reads the certificate again that is in its place; established connections go on. Prints OK or why
# not.
reread_certificate() {
    if ! has_terminator; then
        server "CONFIG SET tls-cert-file /settings/tls/tls.crt"
    # One that is not there reads it at its start.
    elif ! reply=$(change_certificate); then
        echo OK
    else
        case $reply in
        *Success!*) echo OK ;;
        *)
            echo "abort ssl cert /settings/tls/tls.crt" | ask_terminator >/dev/null
            # Its reason comes after what it is about to do.
            printf '%s\n' "$reply" | grep . | grep -v '^Committing' | head -n 1
            ;;
        esac
    fi
}

# Certificate and key are one text, which ends at the first empty line.
change_certificate() {
    {
        echo "set ssl cert /settings/tls/tls.crt <<"
        cat /settings/tls/tls.crt /settings/tls/tls.key | tr -d '\r' | grep .
        echo
    } | ask_terminator >/tmp/terminator.reply || return 1
    grep -q 'Transaction \(created\|updated\)' /tmp/terminator.reply || { cat /tmp/terminator.reply; return; }
    echo "commit ssl cert /settings/tls/tls.crt" | ask_terminator
}
