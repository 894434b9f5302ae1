# shellcheck shell=sh
# Progress and refusals of the scripts for backups.

# Reports progress. Standard output is for results.
#   $*       the text
say() { printf '%s\n' "$*" | redact >&2; }

#   prints   the secrets in the files that this container can read, one per line. Secrets of fewer than six characters
#            are left out, because they could be part of any word.
known_secrets() {
    {
        line_of "$backup_secret"
        sed -n '/^requirepass /{s///; s/^"//; s/"$//; p; s/\\\(.\)/\1/gp;}' "$password_file" "$closed_file" || true
        cat "$desired"/*.password "$desired"/*.rest "$desired/url" || true
        sed -n 's/^aws_\(secret_access_key\|session_token\) *= *//p' "$desired"/*.aws || true
    } 2>/dev/null | awk 'length($0) > 5'
}

# Records why an operation failed.
#   $1       the code of the refusal (provider/model/refusals.ts)
#   $2       the reason
#   fails    always
problem() {
    printf '%s\t%s\n' "$1" "$(printf '%s' "$2" | tr '\n\t' '  ' | cut -c 1-400 | redact)" >"$failure_file"
    return 1
}

# The last recorded problem.
#   prints   its code; its reason; or its reason with its code
failure_code() { line_of "$failure_file" | cut -f 1; }
failure_reason() { line_of "$failure_file" | cut -f 2; }
failure() { printf '%s\n' "$(failure_reason) [redis-database/$(failure_code)]"; }

# Ends this process with the last recorded problem.
give_up() {
    printf '%s\n' "refused: $(failure)" >&2
    exit 1
}

#   $1, $2   as for `problem`
refuse() {
    problem "$1" "$2" || true
    give_up
}

#   $1       a text
#   prints   the text as a string in JSON
json() { printf '"%s"' "$(printf '%s' "$1" | tr '\n\t\r' '   ' | sed 's/["\\]/\\&/g')"; }

#   $1       the name of a member
#   stdin    an object in JSON, on one line
#   prints   the value of the member, if it is a number or a string without escapes
member() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p'; }

#   $1       a time in seconds
#   prints   it as in ISO 8601
iso() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }

now() { date -u +%s; }
