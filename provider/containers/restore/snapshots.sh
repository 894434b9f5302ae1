# shellcheck shell=sh
# Chooses one of the backups in a repository.

#   stdin    the JSON of `restic snapshots`
#   prints   a line for each backup of this component: its ID, restic's ID, the database, and its tags, separated by tabs
parse_snapshots() {
    sed 's/},{"time":/}\n{"time":/g' | awk '
        function text(name) {
            if (!match($0, "\"" name "\":\"[^\"]*\"")) return ""
            return substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 5)
        }
        match($0, /"tags":\[[^]]*\]/) {
            tags = substr($0, RSTART + 8, RLENGTH - 9)
            gsub(/"/, "", tags)
            id = ""
            count = split(tags, all, ",")
            for (i = 1; i <= count; i++) if (all[i] ~ /^id=/) id = substr(all[i], 4)
            if (id != "") print id "\t" text("id") "\t" text("hostname") "\t" tags
        }' | sort
}

#   $1       the backups, as parse_snapshots prints them
#   prints   the databases that have backups, separated by commas
databases_in() { printf '%s\n' "$1" | cut -f 3 | sort -u | awk '{ text = text (NR > 1 ? ", " : "") $0 } END { print text }'; }

# Chooses the database whose backups are meant.
#   $1       the backups
#   sets     database
choose_database() {
    local all
    all=$(databases_in "$1")
    database=$(wanted database)
    if [ -n "$database" ]; then
        printf '%s\n' "$1" | cut -f 3 | grep -qxF "$database" ||
            refuse restore-database-not-found "restoreFrom.database: is \"$database\", of which $(wanted from) has no backups; it has backups of $all"
    elif printf '%s\n' "$1" | cut -f 3 | grep -qxF "$(wanted owner)"; then
        database=$(wanted owner)
    else
        case $all in
        *,*) refuse restore-database-ambiguous "restoreFrom.database: is not set, and $(wanted from) has backups of several databases; set it to one of $all" ;;
        esac
        database=$all
    fi
}

# Chooses a backup.
#   $1       the backups
#   sets     database, backup (its line)
choose_backup() {
    local own snapshot
    [ -n "$1" ] || refuse restore-snapshot-not-found "restoreFrom.repository: $(wanted from) has no backups"
    choose_database "$1"
    own=$(printf '%s\n' "$1" | awk -F '\t' -v database="$database" '$3 == database')
    snapshot=$(wanted snapshot)
    case $(wanted snapshot_kind) in
    latest) backup=$(printf '%s\n' "$own" | tail -n 1) ;;
    # IDs begin with the time in UTC, and a letter makes awk compare them as text.
    before) backup=$(printf '%s\n' "$own" | awk -F '\t' -v before="t$snapshot" '"t" $1 < before' | tail -n 1) ;;
    id) backup=$(printf '%s\n' "$own" | awk -F '\t' -v id="$snapshot" '$1 "" == id "" || (length(id) >= 8 && index($2, id) == 1)' | tail -n 1) ;;
    esac
    if [ -n "$backup" ]; then return; fi
    case $(wanted snapshot_kind) in
    before) refuse restore-snapshot-not-found "restoreFrom.snapshot: $(wanted from) has no backup of $database before $snapshot (UTC); the first one is $(printf '%s\n' "$own" | head -n 1 | cut -f 1)" ;;
    *) refuse restore-snapshot-not-found "restoreFrom.snapshot: $(wanted from) has no backup \"$snapshot\" of $database; the latest ones are $(printf '%s\n' "$own" | tail -n 3 | cut -f 1 | awk '{ text = text (NR > 1 ? ", " : "") $0 } END { print text }')" ;;
    esac
}
