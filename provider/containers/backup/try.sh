#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Checks whether repositories can be used, before anything is changed. It creates nothing: a backup container creates a
# repository that does not exist yet. Runs in the image of restic.
#   stdin    the bundle of the backup container
#   prints   a line for each repository that cannot be used: its number, a tab, the code of the refusal, a tab, the reason
set -eu
umask 077
parts=$(dirname "$0")
. "$parts/../shared/files.sh"
. "$parts/files.sh"
. "$parts/repositories.sh"

restic=$image_restic
# The storage of a repository usually answers at once.
restic_seconds=20

# Tries one repository.
#   $1       its number
#   prints   the code of the refusal, a tab, and the reason; nothing if it can be used
try() {
    local directory status=0
    if is_local "$1"; then
        directory=$(repository "$1" 3)
        # It is not mounted if it does not exist. Docker creates it.
        if [ ! -e "$directory" ]; then return; fi
        if [ ! -d "$directory" ] || [ ! -w "$directory" ]; then
            printf 'repository-not-writable\t%s: it is not a writable directory' "$(repository_name "$1")"
            return
        fi
    fi
    run_restic "$1" cat config --no-lock >/dev/null 2>"$restic_errors" || status=$?
    # 10: there is no repository yet.
    case $status in
    0 | 10) ;;
    *) explain_restic "$1" $status "$restic_errors" ;;
    esac
}

mkdir -p "$desired"
awk -v to="$desired" '!left { part = to "/" $1; left = $2; next } { print >part; left-- }'
for number in $(repository_numbers); do
    found=$(try "$number")
    if [ -n "$found" ]; then printf '%s\t%s\n' "$number" "$(printf '%s' "$found" | tr '\n' ' ')"; fi
done
