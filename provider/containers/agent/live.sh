# shellcheck shell=sh disable=SC2034,SC2154 # it is a part of agent.sh
# Applying settings to the server that runs. All or nothing, up to the moment when they are committed.

apply_to_running_server() {
    was=$(flavor_now)
    check_memory
    check_handover
    check_databases
    check_promotion
    apply_config
    if [ -n "$shrinks" ]; then make_room; fi
    enter_flavor
    own_data
    apply_certificate
    apply_logins
    if has_users "$socket"; then open_gate; else open_door; fi
    hand_over_writes
    commit
    rm -f "$unsettled"
    apply_replication
    let_copy_go
    leave_flavor
}

# Brings the running server's settings to the wanted ones, also those that are back at their default.
apply_config() {
    settings_of "$socket" >/tmp/running
    # A server of another version is about to be replaced. Only what decides on its data, and on who has it, must be settled
    # before that.
    if same_version; then cp /tmp/wanted /tmp/applicable; else grep -E '^(appendfsync|save|masteruser|masterauth|tls-replication)	' /tmp/wanted >/tmp/applicable; fi
    if [ "$(wanted flavor)" = nordb ]; then sed -i '/^save	/d' /tmp/applicable; fi
    comm -23 /tmp/applicable /tmp/running >/tmp/changes
    while IFS='	' read -r name value; do
        reply=$(server "CONFIG SET $name $(quote "$value")")
        case $reply in
        OK)
            # An agent that was restarted before it had committed has noted the value in force already.
            grep -qs "^$name	" /tmp/undo || awk -F '\t' -v name="$name" '$1 == name' /tmp/running >>/tmp/undo
            say "applied: $name"
            ;;
        *immutable* | *'Unsupported CONFIG parameter'*) say "waits for the next start: $name" ;;
        *) refuse setting-not-accepted "the running server does not accept $name: $reply" ;;
        esac
    done </tmp/changes
}

# Back to what the settings in force say.
undo() {
    if [ -s /tmp/undo ]; then
        while IFS='	' read -r name value; do server "CONFIG SET $name $(quote "$value")" >/dev/null; done </tmp/undo
        rm -f /tmp/undo
    fi
    in_force=$(readlink /settings/current) || return 0
    if [ "$(readlink /settings/tls)" = "$in_force" ]; then return; fi
    point_to tls "$in_force"
    reread_certificate >/dev/null
}

# Both files are in place before Redis is told to read them again; established connections go on.
apply_certificate() {
    if same_certificate /settings/tls; then return; fi
    point tls
    # A terminator whose place the server takes goes with the certificate that it has.
    if has_terminator && ! wants_terminator; then return; fi
    reply=$(reread_certificate)
    [ "$reply" = OK ] || refuse certificate-not-accepted "$(speaker_of_tls) does not accept the certificate: $reply"
    say "applied: certificate"
}

same_certificate() {
    for file in tls.crt tls.key ca.crt; do cmp -s "$generation/$file" "$1/$file" || return 1; done
}
