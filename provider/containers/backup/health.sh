# shellcheck shell=sh
# Docker's health check of the backup container: it has opened every repository since it was created, each has a backup
# that is not too old, and the last verification found no damage. One `docker inspect` of many containers shows the
# backups of many databases, so the check prints the state.

health() {
    local reason=
    pause_before_check
    if [ ! -e "$opened_marker" ]; then
        reason=$(line_of "$closed_reason")
        fail_check "${reason:-the repositories are not open yet}"
    fi
    reason=$(overdue)
    case $(line_of "$verified_file") in
    *'"ok":false'*) : "${reason:=the last verification failed: $(sed -n 's/.*"reason":"\(.*\)"}$/\1/p' "$verified_file")}" ;;
    esac
    if [ -n "$reason" ]; then fail_slowly "$reason
$(status)"; fi
    status
    note_success
}
