# shellcheck shell=sh
# When backups are made. The program's cron expression is expanded to lists of numbers (provider/model/render/backup.ts).

#   $1       a time in seconds
#   prints   the first time after it that the schedule contains; nothing if there is none within ten years
next_run() {
    awk -v after="$1" -v minutes="$(wanted minutes)" -v hours="$(wanted hours)" -v days="$(wanted days)" \
        -v months="$(wanted months)" -v weekdays="$(wanted weekdays)" -v either="$(wanted either_day)" '
        function has(list, number) { return index(" " list " ", " " number " ") }
        # The date of a number of days since 1970, with years that begin in March.
        function set_date(number,  era, left, years, of_year, shifted) {
            number += 719468
            era = int(number / 146097)
            left = number - era * 146097
            years = int((left - int(left / 1460) + int(left / 36524) - int(left / 146096)) / 365)
            of_year = left - (365 * years + int(years / 4) - int(years / 100))
            shifted = int((5 * of_year + 2) / 153)
            day = of_year - int((153 * shifted + 2) / 5) + 1
            month = shifted < 10 ? shifted + 3 : shifted - 9
        }
        BEGIN {
            earliest = int(after / 60) * 60 + 60
            hour_count = split(hours, hour, " ")
            minute_count = split(minutes, minute, " ")
            for (number = int(earliest / 86400); number < int(earliest / 86400) + 3660; number++) {
                set_date(number)
                if (!has(months, month)) continue
                by_date = has(days, day)
                by_weekday = has(weekdays, (number + 4) % 7)
                if (either == "yes" ? !by_date && !by_weekday : !by_date || !by_weekday) continue
                best = 0
                for (h = 1; h <= hour_count; h++)
                    for (m = 1; m <= minute_count; m++) {
                        time = number * 86400 + hour[h] * 3600 + minute[m] * 60
                        if (time >= earliest && (!best || time < best)) best = time
                    }
                if (best) { printf "%.0f\n", best; exit }
            }
        }'
}

#   $1       the number of failures in a row
#   prints   the seconds until the next attempt
retry_after() {
    case $1 in
    1) echo 60 ;;
    2) echo 300 ;;
    3) echo 900 ;;
    *) echo 3600 ;;
    esac
}

#   prints   when the next backup is due. The first backup of a database is due at once, and so is a missed one.
due() {
    local last
    last=$(line_of "$last_run_file")
    if [ -n "$last" ]; then next_run "$last"; else now; fi
}

# Whether a verification is due. After a failed one, the next is due a day later at the latest.
verification_is_due() {
    local every last
    every=$(wanted verify_seconds)
    if [ -z "$every" ] || [ ! -s "$last_file" ]; then return 1; fi
    last=$(line_of "$last_verify_file")
    if [ "$every" -gt 86400 ] && grep -q '"ok":false' "$verified_file" 2>/dev/null; then every=86400; fi
    [ "$(now)" -ge $((${last:-0} + every)) ]
}

# Runs this script in a process of its own, so that a failure ends only that process.
#   $@       its arguments
#   fails    if it does
run_command() {
    sh "$0" "$@" >/dev/null &
    wait $!
}

# Opens the repositories. An update waits for this; later starts of the container do not need it.
#   fails    if one of them cannot be opened
open_repositories() {
    local number
    for number in $(repository_numbers); do
        if [ ! -e "$opened_marker" ]; then open_repository "$number" || return; fi
        # After a restart of the container, the process ID of a killed restic may be in use again. Each attempt has other IDs.
        unlock_repository "$number"
        unlock_repository "$number"
        note_known "$number"
    done
}

# Makes backups and verifies them as scheduled.
schedule() {
    local failures=0 retry_at=0 time
    while :; do
        time=$(due)
        if [ "$retry_at" -gt "${time:-0}" ]; then time=$retry_at; fi
        echo "$time" | write_status "$next_run_file"
        if [ -n "$time" ] && [ "$(now)" -ge "$time" ]; then
            if run_command run scheduled; then
                failures=0 retry_at=0
            else
                failures=$((failures + 1))
                retry_at=$(($(now) + $(retry_after $failures)))
            fi
        elif verification_is_due; then
            run_command verify || true
        else
            # Twice a minute, so that a backup starts within its minute.
            sleep 30 &
            wait $!
        fi
    done
}

# The container's main process. As process 1 it must handle the signal with which Docker stops the container; the other
# processes get it, too, so that restic removes its locks.
#   sets     owner
serve() {
    trap 'kill -TERM -1 2>/dev/null; wait; exit 143' TERM INT
    rm -rf "$work_files".* "$closed_reason" "$healthy_marker"
    rm -rf "$desired.new" "$desired"
    mkdir "$desired.new"
    awk -v to="$desired.new" '!left { part = to "/" $1; left = $2; next } { print >part; left-- }' "$desired_file"
    mkdir -p "$dumps_dir" "$cache" "$status_dir" "$stored_dir"
    chmod 755 "$backup_dir" "$status_dir" "$stored_dir"
    now >"$start_file"
    mv "$desired.new" "$desired"
    owner=$(wanted owner)
    take_turn
    until open_repositories; do
        failure >"$closed_reason"
        # A failed update shows the last line of this container's log.
        echo "refused: $(failure)"
        exec 9>&-
        sleep 15 &
        wait $!
        take_turn
    done
    exec 9>&-
    true >"$opened_marker"
    rm -f "$closed_reason"
    schedule
}
