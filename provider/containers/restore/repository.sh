# shellcheck shell=sh
# Source: a repository of backups, which is only read.

# A repository that does not answer: restic alone would retry for 15 minutes.
answer_seconds=60

#   $1       the number of a column of `repositories`
#   prints   its value
repository_part() { cut -f "$1" "$input_dir/repositories"; }

# Runs restic without locks and without a cache, which both write.
#   $@       its arguments
restic_reads() {
    local program
    program=$(command -v "$restic_program" || command -v restic)
    set -- --repo "$(repository_part 3)" --no-lock --no-cache "$@"
    if [ -e "$input_dir/1.password" ]; then set -- --password-file "$input_dir/1.password" "$@"; else set -- --insecure-no-password "$@"; fi
    if [ -e "$input_dir/1.ca.crt" ]; then set -- --cacert "$input_dir/1.ca.crt" "$@"; fi
    if [ -e "$input_dir/1.region" ]; then set -- --option "s3.region=$(cat "$input_dir/1.region")" "$@"; fi
    (
        # Without this file, restic would also look for credentials elsewhere.
        export AWS_SHARED_CREDENTIALS_FILE="$input_dir/1.aws" HOME="$input_dir"
        if [ -e "$restic_ca_file" ]; then export SSL_CERT_FILE="$restic_ca_file"; fi
        if [ -e "$input_dir/1.rest" ]; then
            RESTIC_REST_USERNAME=$(sed -n 1p "$input_dir/1.rest") RESTIC_REST_PASSWORD=$(sed -n 2p "$input_dir/1.rest")
            export RESTIC_REST_USERNAME RESTIC_REST_PASSWORD
        fi
        # shellcheck disable=SC2086 # two words, or none
        exec $limited "$program" "$@"
    )
}

# Refuses to continue with an error of restic.
#   $1       its exit code
refuse_repository() {
    local reason repository
    repository="restoreFrom.repository: $(wanted from)"
    reason=$(grep -v '^$' "$restic_errors_file" | tail -n 1)
    case $1 in
    10) refuse restore-repository-not-found "$repository is not a repository of restic; correct the location" ;;
    12) refuse restore-repository-password "restoreFrom.encryptionPassword: $(if [ -e "$input_dir/1.password" ]; then echo "is not the password of $(wanted from)"; else echo "is not set, but $(wanted from) has a password"; fi)" ;;
    esac
    case $(cat "$restic_errors_file") in
    *'Access Denied'* | *AccessDenied* | *InvalidAccessKeyId* | *SignatureDoesNotMatch* | *'401 Unauthorized'* | *'403 Forbidden'* | *'does not exist in our records'*)
        refuse restore-repository-login-refused "restoreFrom.credentials: $(wanted from) rejects them ($reason)"
        ;;
    *'no such host'* | *'connection refused'* | *'i/o timeout'* | *'no route to host'* | *certificate*)
        refuse restore-repository-not-reached "$repository cannot be reached from the Docker host: $reason"
        ;;
    esac
    if [ "$1" = 124 ] || [ "$1" = 143 ]; then reason="no answer within $answer_seconds seconds${reason:+ ($reason)}"; fi
    refuse restore-repository-not-reached "$repository cannot be read: $reason"
}

# Finds the backup, and checks whether the wanted version can read it.
#   sets     database, backup
find_backup() {
    local json tags status=0
    limited="timeout $answer_seconds"
    json=$(restic_reads snapshots --tag redis-database --json 2>"$restic_errors_file") || status=$?
    limited=
    [ $status = 0 ] || refuse_repository $status
    choose_backup "$(printf '%s\n' "$json" | parse_snapshots)"
    tags=$(printf '%s\n' "$backup" | cut -f 4)
    check_version_given "$(tag engine "$tags")" "$(tag version "$tags")" "the backup $(backup_name)"
    check_release "$(tag engine "$tags")" "$(tag version "$tags")" "the backup $(backup_name)"
}

#   prints   the ID and the database of the backup, for messages
backup_name() { printf '%s\n' "$backup" | awk -F '\t' '{ print $1 " of " $3 }'; }

try_backup() {
    local tags
    find_backup
    tags=$(printf '%s\n' "$backup" | cut -f 4)
    say "found: the backup $(backup_name) ($(engine_name "$(tag engine "$tags")") $(tag version "$tags"), $(tag keys "$tags") keys, $(tag bytes "$tags") bytes)"
}

fetch_backup() {
    local tags hash status=0
    find_backup
    tags=$(printf '%s\n' "$backup" | cut -f 4)
    say "restoring: the backup $(backup_name)"
    restic_reads dump "$(printf '%s\n' "$backup" | cut -f 2)" /dump.rdb >"$restoring_dir/dump.rdb" 2>"$restic_errors_file" || status=$?
    if [ $status != 0 ]; then
        case $(cat "$restic_errors_file") in
        *'no space left'*) refuse_space "the backup" ;;
        esac
        refuse_repository $status
    fi
    hash=$(tag sha256 "$tags")
    if [ -z "$hash" ]; then
        check_dump "$restoring_dir/dump.rdb" "the backup $(backup_name)"
        return
    fi
    # The same bytes passed all checks before they were stored.
    if [ "$(sha256sum <"$restoring_dir/dump.rdb" | cut -d ' ' -f 1)" = "$hash" ]; then return; fi
    refuse restore-backup-damaged "restoreFrom.snapshot: the backup $(backup_name) is damaged: it is not the file that was stored; choose another one"
}
