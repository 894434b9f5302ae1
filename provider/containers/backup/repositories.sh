# shellcheck shell=sh
# Runs restic on a repository. The files in the directory $desired contain the repositories and their secrets
# (provider/model/render/backup.ts). Also used by orphans.sh, without the other scripts.

# The database whose backups are meant. Set by the scripts that use this one.
owner=
# After this number of seconds, restic is ended; empty for no limit.
restic_seconds=

#   prints   the numbers of the repositories
repository_numbers() { cut -f 1 "$desired/repositories"; }

# Reads a field of a repository's line: 2 its kind, 3 as restic writes it, 4 whether it is append-only, 5 to 7 the
# numbers of daily, monthly and yearly backups to keep, 8 the number of verified ones, 9 as the program writes it.
#   $1       the number of the repository
#   $2       the field
#   prints   its value
repository() { awk -F '\t' -v number="$1" -v field="$2" '$1 == number { print $field }' "$desired/repositories"; }

#   $1       the number of a repository
#   prints   how messages name the repository
repository_name() { printf 'repository %s (%s)' "$1" "$(repository "$1" 9)"; }

#   $1       the number of a repository
is_append_only() { [ "$(repository "$1" 4)" = yes ]; }

# Runs restic. Only the environment and files contain secrets, never the command line. The time zone is that of the
# retention's days.
#   $1       the number of the repository
#   $2 $@    restic's arguments
#   fails    with restic's status
run_restic() {
    local number="$1"
    shift
    set -- --cache-dir "$cache" --retry-lock 5m "$@"
    if [ -e "$desired/$number.ca.crt" ]; then set -- --cacert "$desired/$number.ca.crt" "$@"; fi
    (
        if [ -e "$desired/$number.password" ]; then
            export RESTIC_PASSWORD_FILE="$desired/$number.password"
        else
            set -- --insecure-no-password "$@"
        fi
        if [ -e "$desired/$number.aws" ]; then export AWS_SHARED_CREDENTIALS_FILE="$desired/$number.aws"; fi
        if [ -e "$desired/$number.region" ]; then AWS_DEFAULT_REGION=$(cat "$desired/$number.region") && export AWS_DEFAULT_REGION; fi
        if [ -e "$desired/$number.rest" ]; then
            RESTIC_REST_USERNAME=$(sed -n 1p "$desired/$number.rest")
            RESTIC_REST_PASSWORD=$(sed -n 2p "$desired/$number.rest")
            export RESTIC_REST_USERNAME RESTIC_REST_PASSWORD
        fi
        RESTIC_REPOSITORY=$(repository "$number" 3)
        export RESTIC_REPOSITORY TZ=UTC
        if [ -n "$restic_seconds" ]; then set -- timeout "$restic_seconds" "$restic" "$@"; else set -- "$restic" "$@"; fi
        exec "$@"
    )
}

# Whether a repository is a directory of this container.
#   $1       its number
is_local() { case $(repository "$1" 2) in volume | path) ;; *) return 1 ;; esac }

# Explains why restic failed.
#   $1       the number of the repository
#   $2       restic's status
#   $3       the file with its standard error
#   prints   the code of the refusal, a tab, and the reason
explain_restic() {
    local name text reason=
    name=$(repository_name "$1")
    text=$(cat "$3")
    # restic that was ended while it tried to reach a server names the cause only in what it wrote before.
    case $2 in 124 | 130) reason=$(sed -n 's/.*retrying after [^:]*: //p' "$3" | tail -n 1) ;; esac
    : "${reason:=$(sed -n '/^Fatal: /{s///;p;}' "$3" | head -n 1)}"
    : "${reason:=$(grep -v '^ *$' "$3" | tail -n 1)}"
    : "${reason:=restic ended with status $2}"
    case $2,$text in
    12,* | *'wrong password'*)
        if [ -e "$desired/$1.password" ]; then
            printf 'repository-password-wrong\t%s: it was created with a different password than encryptionPassword' "$name"
        else
            printf 'repository-password-wrong\t%s: it is encrypted, and encryptionPassword is not set' "$name"
        fi
        ;;
    10,*) printf 'repository-not-found\t%s: there is no repository at this location any more' "$name" ;;
    11,*) printf 'repository-locked\t%s: another program has locked it: %s' "$name" "$reason" ;;
    *'no credentials found'* | *'Access Denied'* | *AccessDenied* | *InvalidAccessKeyId* | *'ccess '[Kk]ey* | *SignatureDoesNotMatch* | *'signature we calculated'* | *'401 Unauthorized'* | *'403 Forbidden'*)
        printf 'repository-credentials-refused\t%s: the storage refuses the credentials: %s' "$name" "$reason"
        ;;
    *'ciphertext verification failed'* | *'unexpected pack id'* | *'pack file cannot be listed'*)
        printf 'repository-damaged\t%s: it has damaged files: %s' "$name" "$reason"
        ;;
    *'no space left on device'*) printf 'backup-disk-full\t%s: its disk is full' "$name" ;;
    *'permission denied'* | *'read-only file system'*)
        printf 'repository-not-writable\t%s: it is not writable: %s' "$name" "$reason"
        ;;
    *'certificate'*) printf 'repository-certificate-not-trusted\t%s: %s' "$name" "$reason" ;;
    124,* | 130,* | *'dial tcp'* | *'connection refused'* | *'no such host'* | *'i/o timeout'* | *'network is unreachable'*)
        printf 'repository-unreachable\t%s: it does not answer: %s' "$name" "$reason"
        ;;
    137,*) printf 'backup-failed\t%s: restic was killed, perhaps because the container ran out of memory' "$name" ;;
    *) printf 'backup-failed\t%s: %s' "$name" "$reason" ;;
    esac
}

#   $1       the number of the repository
#   $2       the ID of a backup, as this project writes it; empty for all backups of $owner
#   prints   restic's list of the snapshots, in JSON
snapshots() {
    if [ -n "$2" ]; then
        run_restic "$1" snapshots --no-lock --json --host "$owner" --tag "id=$2"
    else
        run_restic "$1" snapshots --no-lock --json --host "$owner"
    fi
}

#   stdin    restic's list of snapshots, in JSON
#   prints   a line for each snapshot, oldest first: its time, a tab, restic's ID, a tab, and its tags, separated by commas
snapshot_lines() {
    tr -d '\n' | sed 's/},{"time":/}\n{"time":/g' | sed -n 's/^\[\{0,1\}{"time":"\([^"]*\)".*"tags":\[\([^]]*\)\].*"id":"\([0-9a-f]\{64\}\)".*/\1	\3	\2/p' |
        tr -d '"' | sort
}

# Reads one of the tags of a snapshot.
#   $1       its name
#   $2       the tags of a snapshot, separated by commas
#   prints   its value
tag() { printf '%s\n' "$2" | tr ',' '\n' | sed -n "s/^$1=//p"; }
