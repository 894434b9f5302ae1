# shellcheck shell=sh
# What is known about the backups of this database, for the health check, the notifier and the command `status`.

# Replaces a file with state, which every user may read.
#   $1       the file
#   stdin    its content
write_status() {
    cat >"$1.new" && chmod 644 "$1.new" && mv -f "$1.new" "$1"
}

# Records a run that stored the backup in every repository.
#   $1       when it started
note_run() {
    echo "$1" | write_status "$last_run_file"
    note_deadline
}

# Records a failed run. The time is that of the first failure in a row.
#   $1       when the run started
#   $2       the code of the failure
#   $3       its reason
note_failure() {
    local since
    since=$(line_of "$failing_file" | member since)
    printf '{"since":"%s","reason":%s,"code":"%s"}\n' "${since:-$(iso "$1")}" "$(json "$3")" "$2" | write_status "$failing_file"
    note_deadline
}

# Records that a repository has a new backup.
#   $1       the number of the repository
#   $2       the time of the backup
note_stored() { printf '%s\t%s\n' "$2" "$(repository "$1" 9)" | write_status "$stored_dir/$1"; }

# Records that a repository is known, as if it had a backup: the first one is due within the interval, too.
#   $1       the number of the repository
note_known() {
    if [ "$(cut -f 2 "$stored_dir/$1" 2>/dev/null)" != "$(repository "$1" 9)" ]; then note_stored "$1" "$(now)"; fi
    note_deadline
}

#   prints   the time of the newest backup in the repository where it is oldest, a tab, and the number of that repository
oldest() {
    local number
    for number in $(repository_numbers); do
        printf '%s\t%s\n' "$(cut -f 1 "$stored_dir/$number" 2>/dev/null || true)" "$number"
    done | sort -n | head -n 1
}

# Records when the newest backup becomes too old, for the notifier.
note_deadline() {
    local time
    time=$(oldest | cut -f 1)
    if [ -n "$time" ]; then echo $((time + 2 * $(wanted interval_seconds))) | write_status "$deadline_file"; fi
}

#   $1       a number of seconds
#   prints   it in the unit that fits
duration() {
    if [ "$1" -ge 172800 ]; then
        echo "$(($1 / 86400)) days"
    elif [ "$1" -ge 7200 ]; then
        echo "$(($1 / 3600)) hours"
    else
        echo "$(($1 / 60)) minutes"
    fi
}

# After a start, a missed run has ten minutes.
#   prints   why the newest backup is too old; nothing if it is not
overdue() {
    local deadline time number cause
    deadline=$(line_of "$deadline_file")
    if [ -z "$deadline" ] || [ "$(now)" -le "$deadline" ] || [ "$(now)" -lt $(($(line_of "$start_file") + 600)) ]; then return; fi
    time=$(oldest)
    number=${time#*	}
    time=${time%	*}
    cause=$(sed -n 's/.*"reason":"\(.*\)","code":.*/: \1/p' "$failing_file" 2>/dev/null) || true
    echo "the newest backup in $(repository_name "$number") is $(duration $(($(now) - time))) old, more than twice the interval of $(duration "$(wanted interval_seconds)")$cause"
}

#   prints   the state, in JSON
status() {
    local last age='' next repositories='' number time
    last=$(line_of "$last_file")
    if [ -n "$last" ]; then
        time=$(printf '%s\n' "$last" | member time)
        age=$(($(now) - $(date -u -d "$(echo "$time" | sed 's/T/ /; s/Z//')" +%s)))
    fi
    next=$(line_of "$next_run_file")
    for number in $(repository_numbers); do
        time=$(cut -f 1 "$stored_dir/$number" 2>/dev/null) || true
        if [ -z "$last" ]; then time=; fi
        repositories="$repositories${repositories:+,}{\"number\":$number,\"location\":$(json "$(repository "$number" 9)"),\"time\":${time:+\"$(iso "$time")\"}"
        if [ -z "$time" ]; then repositories="${repositories}null"; fi
        repositories="$repositories}"
    done
    printf '{"last":%s,"ageSeconds":%s,"intervalSeconds":%s,"next":%s,"failing":%s,"alarm":%s,"verified":%s,"repositories":[%s]}\n' \
        "${last:-null}" "${age:-null}" "$(wanted interval_seconds)" "$(if [ -n "$next" ]; then json "$(iso "$next")"; else echo null; fi)" \
        "$(cat "$failing_file" 2>/dev/null || echo null)" "$(if [ -s "$alarm_file" ]; then json "$(line_of "$alarm_file")"; else echo null; fi)" \
        "$(cat "$verified_file" 2>/dev/null || echo null)" "$repositories"
}
