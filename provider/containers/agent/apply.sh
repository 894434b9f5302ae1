# shellcheck shell=sh
# Applies settings to the running server. Until they are committed, a failure undoes all changes.

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

# Sets the running server's settings to the wanted ones, including those that return to their default.
apply_config() {
    local name value reply
    settings_of "$socket" log_in >"$running_settings"
    # A server of another version is about to be replaced. Before that, apply only the settings that affect its data and
    # its replication.
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
            # An agent that was restarted before the commit has already recorded the former value.
            grep -qs "^$name	" "$former_settings" ||
                awk -F '\t' -v name="$name" '$1 == name' "$running_settings" >>"$former_settings"
            say "applied: $name"
            ;;
        *immutable* | *'Unsupported CONFIG parameter'*) say "waits for the next start: $name" ;;
        *) refuse setting-not-accepted "the running server does not accept $name: $reply" ;;
        esac
    done <"$changed_settings"
}

# Restores the former values of settings that an uncommitted update has changed.
undo() {
    local name value in_force
    if [ -s "$former_settings" ]; then
        # A restarted agent may not know the server's login yet.
        find_access
        # If the server does not answer, the agent restores them while it watches, or the server reads them at its next
        # start.
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

# Replaces the certificate. Certificate and key are both in place before Redis reads them again, and connections stay
# open.
apply_certificate() {
    local reply
    if same_certificate; then return; fi
    point "$tls_dir" "generations/${generation##*/}"
    # An HAProxy that is about to be removed, because the new server has TLS, keeps its certificate.
    if has_terminator && ! wants_terminator; then return; fi
    reply=$(reread_certificate)
    [ "$reply" = OK ] || refuse certificate-not-accepted "$(terminates_tls) does not accept the certificate: $reply"
    say "applied: certificate"
}

same_certificate() {
    local file
    for file in tls.crt tls.key ca.crt; do cmp -s "$generation/$file" "$tls_dir/$file" || return 1; done
}
