#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Posts the failures of backups, and recoveries from them, to a webhook. Runs in the image of curl, next to the backup
# container, and so also reports that this container has stopped making backups.
set -eu
umask 077

parts=$(dirname "$0")
. "$parts/../shared/files.sh"
. "$parts/files.sh"
. "$parts/../shared/settings.sh"
. "$parts/../shared/redact.sh"
. "$parts/errors.sh"

# The name of the database.
owner=

# Reads a setting.
#   $1       its name
#   prints   its value
wanted() { setting "$1" "$desired/settings"; }

# Lists the problems, one on each line.
#   prints   a name that changes with each new problem, a tab, the problem's kind, a tab, its code, a tab, and the reason
problems() {
    local text deadline
    text=$(line_of "$failing_file")
    deadline=$(line_of "$deadline_file")
    if [ -n "$text" ]; then
        printf '%s\tbackup\t%s\t%s\n' "backup $(echo "$text" | member since)" "$(echo "$text" | member code)" "$(reason_of "$text")"
    elif [ -n "$deadline" ] && [ "$(now)" -gt "$deadline" ]; then
        printf 'overdue %s\tbackup\tbackup-overdue\tthe newest backup is older than twice the interval\n' "$deadline"
    fi
    text=$(line_of "$verified_file")
    case $text in
    *'"ok":false'*) printf '%s\tverification\tbackup-damaged\t%s\n' "verification $(echo "$text" | member id)" "$(reason_of "$text")" ;;
    esac
    text=$(line_of "$alarm_file")
    if [ -n "$text" ]; then printf '%s\tsize\tbackup-size-dropped\t%s\n' "size $text" "$text"; fi
}

#   $1       an object in JSON
#   prints   its member `reason`, which is a string
reason_of() { printf '%s\n' "$1" | sed -n 's/.*"reason":"\(\([^"\\]\|\\.\)*\)".*/\1/p' | sed 's/\\\(.\)/\1/g'; }

#   $1       `failure` or `recovery`
#   $2       the kind of the problem
#   $3       the reason
#   prints   a sentence
sentence() {
    case $2,$1 in
    backup,failure) echo "The backup of the database $owner failed: $3" ;;
    backup,recovery) echo "The backup of the database $owner works again." ;;
    verification,failure) echo "The verification of the backup of the database $owner failed: $3" ;;
    verification,recovery) echo "The verification of the backup of the database $owner works again." ;;
    size,failure) echo "The backup of the database $owner is much smaller than the previous one: $3" ;;
    size,recovery) echo "The newest backup of the database $owner is not smaller than the previous one." ;;
    esac
}

# Posts a notification. The URL often contains a secret, so it is not on the command line. Chat programs show the member
# `text`.
#   $1       `failure` or `recovery`
#   $2       the kind of the problem
#   $3       its code
#   $4       the reason
#   fails    unless the server accepts it
post() {
    printf '{"text":%s,"event":"%s","subject":"%s","code":"%s","database":%s,"reason":%s,"time":"%s"}' \
        "$(json "$(sentence "$1" "$2" "$4")")" "$1" "$2" "$3" "$(json "$owner")" "$(json "$4")" "$(iso "$(now)")" >"$notification"
    sed 's/["\\]/\\&/g; s/^/url = "/; s/$/"/' "$desired/url" |
        curl --config - --silent --show-error --fail --max-time 30 --header 'Content-Type: application/json' \
            --data-binary "@$notification" --output "$notification.reply"
}

# Posts the problems that are new, and the recovery from those that are gone.
#   fails    if one of them could not be posted; the next attempt posts it
notify() {
    local name kind code reason failed=
    problems >"$notified_file.new"
    touch "$notified_file"
    while IFS='	' read -r name kind code reason; do
        if ! grep -qF "$name	" "$notified_file"; then
            if post failure "$kind" "$code" "$reason"; then
                grep -v "	$kind	" "$notified_file" >"$notified_file.kept" || true
                printf '%s\t%s\t%s\t%s\n' "$name" "$kind" "$code" "$reason" >>"$notified_file.kept"
                mv "$notified_file.kept" "$notified_file"
            else
                failed=yes
            fi
        fi
    done <"$notified_file.new"
    cp "$notified_file" "$notified_file.old"
    while IFS='	' read -r name kind code reason; do
        if ! grep -q "	$kind	" "$notified_file.new"; then
            if post recovery "$kind" "$code" "$reason"; then
                grep -v "	$kind	" "$notified_file" >"$notified_file.kept" || true
                mv "$notified_file.kept" "$notified_file"
            else
                failed=yes
            fi
        fi
    done <"$notified_file.old"
    [ -z "$failed" ]
}

# The container's main process.
#   sets     owner
serve() {
    local pause
    trap 'exit 143' TERM INT
    rm -rf "$desired"
    mkdir "$desired"
    awk -v to="$desired" '!left { part = to "/" $1; left = $2; next } { print >part; left-- }' "$desired_file"
    owner=$(wanted owner)
    pause=5
    while :; do
        if notify; then pause=5; else pause=$((pause < 300 ? pause * 2 : 600)); fi
        sleep $pause &
        wait $!
    done
}

case $1 in
serve) serve ;;
# A failing webhook does not make the container unhealthy: an update would wait for it.
health) [ -d "$desired" ] ;;
esac
