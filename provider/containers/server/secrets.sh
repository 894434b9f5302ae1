# shellcheck shell=sh
# The secrets that the logs of the server and of the agent must not contain.

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
