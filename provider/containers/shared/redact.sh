# shellcheck shell=sh
# Removes secrets from text that is written to a log, a terminal or Docker's health status: Redis quotes the lines and
# the commands that it rejects. provider/model/redaction.ts does the same for Pulumi's output.

#   prints   the secrets in the files that this container can read, one per line, with and without escapes. Secrets of
#            fewer than six characters are left out, because they could be part of any word.
known_secrets() {
    {
        line_of "$agent_secret"
        line_of "$health_secret"
        sed -n '/^\(requirepass\|masterauth\) /{s///; s/^"//; s/"$//; p; s/\\\(.\)/\1/gp;}' \
            "$password_file" "$next_password_file" "$closed_file" "$generations_dir"/*/password.conf \
            "$generations_dir"/*/primary.conf || true
        grep -hv '^-----' "$generations_dir"/*/tls.key || true
    } 2>/dev/null | awk 'length($0) > 5'
}

#   stdin    text
#   prints   the text without secrets
redact() {
    { known_secrets | sed 's/^/-/'; sed 's/^/+/'; } | awk '
        /^-/ { secrets[substr($0, 2)]; next }
        {
            left = substr($0, 2)
            for (secret in secrets) {
                out = ""
                while (at = index(left, secret)) {
                    out = out substr(left, 1, at - 1) "(secret)"
                    left = substr(left, at + length(secret))
                }
                left = out left
            }
            print left
        }' | sed -E 's/((requirepass|masterauth|tls-(client-)?key-file-pass)[ 	]+)("([^"\\]|\\.)*"?|[^ 	"]+)/\1(secret)/g; s/[#>!<][0-9a-f]{64}/(secret)/g'
}
