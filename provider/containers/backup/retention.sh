# shellcheck shell=sh
# Which backups a repository keeps. restic decides and removes; final backups, and the last verified ones, are kept.

# Removes the backups of this database that are no longer kept. All backups of a day are kept until a day has passed:
# otherwise a backup before and one after a risky change could not both exist.
#   $1       the number of a repository
#   fails    if that is not possible
apply_retention() {
    local status=0
    if is_append_only "$1"; then return; fi
    run_restic "$1" forget --quiet --host "$owner" --group-by host \
        --keep-within 24h --keep-daily "$(repository "$1" 5)" --keep-monthly "$(repository "$1" 6)" --keep-yearly "$(repository "$1" 7)" \
        --keep-tag final --keep-tag verified --prune >/dev/null 2>"$restic_errors" || status=$?
    [ $status = 0 ] || restic_problem "$1" $status
}

# Marks a backup as verified. Only the last ones keep the mark, so that retention removes the older ones.
#   $1       the number of a repository
#   $2       restic's ID of the backup
#   fails    if that is not possible
mark_verified() {
    local status=0 id
    if is_append_only "$1" || [ "$(repository "$1" 8)" = 0 ]; then return; fi
    run_restic "$1" tag --quiet --add verified "$2" >/dev/null 2>"$restic_errors" || status=$?
    [ $status = 0 ] || restic_problem "$1" $status || return
    list_snapshots "$1" '' || return
    snapshot_lines <"$listed_snapshots" | awk -F '\t' -v keep="$(repository "$1" 8)" '
        ("," $3 ",") ~ /,verified,/ { ids[++count] = $2 }
        END { for (i = 1; i <= count - keep; i++) print ids[i] }' |
        while read -r id; do
            run_restic "$1" tag --quiet --remove verified "$id" >/dev/null 2>"$restic_errors" || exit
        done || restic_problem "$1" 1
}
