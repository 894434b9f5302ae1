# shellcheck shell=sh
# Removes secrets from text that is written to a log, a terminal or Docker's health status: Redis quotes the lines and
# the commands that it rejects. provider/model/redaction.ts does the same for Pulumi's output.

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
