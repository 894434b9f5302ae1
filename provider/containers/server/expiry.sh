# shellcheck shell=sh
# Whether a certificate ends soon, or has ended. The settings say from when on that is reported, and in which words: they
# know who renews it (provider/model/certificates.ts).

# For a health check that found nothing else. An update that waits for the first answer must have it.
#   fails    the check, if there is something to report
report_expiry() {
    local from
    if [ ! -e "$answered_marker" ]; then return; fi
    # Shells differ in what is newer than a file that is not there.
    if [ -e "$healthy_marker" ] && [ "$expiry_marker" -nt "$healthy_marker" ]; then return; fi
    from=$(current certificate_report_from)
    if [ -z "$from" ] || [ "$(date +%s)" -lt "$from" ]; then return; fi
    fail_check "$(current certificate_report) [redis-database/certificate-ends-soon]"
}
