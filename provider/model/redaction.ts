/** Removes secrets from messages: Redis repeats configuration lines that it rejects, in errors and in its log. */

const secretDirective =
    /\b((?:requirepass|masterauth|tls-(?:client-)?key-file-pass)[ \t]+)(?:"(?:[^"\\]|\\.)*"?|[^ \t"]+)/g;
const passwordHash = /[#>!<][0-9a-f]{64}/g;

/** A line without values of secret directives and without password hashes. */
export function redact(line: string): string {
    return line.replace(secretDirective, "$1(secret)").replace(passwordHash, "(secret)");
}
