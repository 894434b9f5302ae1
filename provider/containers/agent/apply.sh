# shellcheck shell=sh
# Applying settings to the server that runs. All or nothing, up to the moment when they are committed.

apply_to_running_server() {
    local former_flavor shrinks='' moved=''
    former_flavor=$(data_flavor)
    check_backlog
    if memory_shrinks; then
        check_data_fits
        shrinks=yes
    fi
    check_hand_over
    check_databases
    check_promotion
    check_terminator
    keep_former_limits
    apply_config
    if data_location_changed; then moved=yes; fi
    if [ -n "$shrinks" ]; then make_room; fi
    enter_flavor
    claim_data
    apply_certificate
    "${running_access}_apply"
    if [ -n "$moved" ]; then write_data; fi
    "${running_access}_admit"
    renew_log
    switch_over
    commit
    rm -f "$unsettled_file"
    apply_replication "$(info replication role)" "$(info replication master_host) $(info replication master_port)"
    allow_forced_shutdown
    leave_flavor "$former_flavor"
    if replacement_planned; then record_interim_settings; fi
}

# Brings the running server's settings to the wanted ones, also those that are back at their default.
apply_config() {
    local name value reply
    settings_of "$socket" log_in >"$running_settings"
    # A server of another version is about to be replaced. Only what decides on its data, and on who has it, must be settled
    # before that.
    if same_version; then
        cp "$wanted_settings" "$applicable_settings"
    else
        grep -E '^(appendfsync|save|dir|dbfilename|masteruser|masterauth|tls-replication)	' "$wanted_settings" >"$applicable_settings"
    fi
    if [ "$(wanted flavor)" = nordb ]; then sed -i '/^save	/d' "$applicable_settings"; fi
    exclude_held_limits "$applicable_settings"
    comm -23 "$applicable_settings" "$running_settings" >"$changed_settings"
    while IFS='	' read -r name value; do
        reply=$(server "CONFIG SET $name $(quote "$value")")
        case $reply in
        OK)
            # An agent that was restarted before it had committed has noted the value in force already.
            grep -qs "^$name	" "$former_settings" ||
                awk -F '\t' -v name="$name" '$1 == name' "$running_settings" >>"$former_settings"
            say "applied: $name"
            ;;
        *immutable* | *'Unsupported CONFIG parameter'*) say "waits for the next start: $name" ;;
        *) refuse setting-not-accepted "the running server does not accept $name: $reply" ;;
        esac
    done <"$changed_settings"
}

# Back to what the settings in force say.
undo() {
    local name value in_force
    if [ -s "$former_settings" ]; then
        # An agent that was restarted may not have asked yet.
        find_access
        # Otherwise the agent puts them back when it watches, or the server has them from its start.
        if server_answers; then
            while IFS='	' read -r name value; do
                server "CONFIG SET $name $(quote "$value")" >/dev/null
            done <"$former_settings"
            true >"$former_settings"
        fi
    fi
    in_force=$(readlink "$current_dir") || return 0
    if [ "$(readlink "$tls_dir")" = "$in_force" ]; then return; fi
    point "$tls_dir" "$in_force"
    reread_certificate >/dev/null
}

# Both files are in place before Redis reads them again; connections stay.
apply_certificate() {
    local reply
    if same_certificate; then return; fi
    point "$tls_dir" "generations/${generation##*/}"
    # HAProxy whose place the server takes goes with the certificate that it has.
    if has_terminator && ! wants_terminator; then return; fi
    reply=$(reread_certificate)
    [ "$reply" = OK ] || refuse certificate-not-accepted "$(terminates_tls) does not accept the certificate: $reply"
    say "applied: certificate"
}

same_certificate() {
    local file
    for file in tls.crt tls.key ca.crt; do cmp -s "$generation/$file" "$tls_dir/$file" || return 1; done
}
