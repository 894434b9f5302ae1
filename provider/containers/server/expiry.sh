# shellcheck shell=sh
# Whether a certificate expires soon or has expired. The settings contain the time of the first report and its text,
# which depends on who renews the certificate (provider/model/certificates.ts).

# Called when a health check has found no other problem. The first answer of a new container is never delayed, because
# an update waits for it.
#   fails    ends the check, if there is something to report
report_expiry() {
    local from
    if [ ! -e "$answered_marker" ]; then return; fi
    # Shells disagree on whether a file is newer (-nt) than one that does not exist.
    if [ -e "$healthy_marker" ] && [ "$expiry_marker" -nt "$healthy_marker" ]; then return; fi
    from=$(current certificate_report_from)
    if [ -z "$from" ] || [ "$(date +%s)" -lt "$from" ]; then return; fi
    fail_check "$(current certificate_report) [redis-database/certificate-ends-soon]"
}
