/** What must not be read where errors are: Redis repeats the lines that it does not accept, in its log, too. */

const secretDirective =
    /\b((?:requirepass|masterauth|tls-(?:client-)?key-file-pass)[ \t]+)(?:"(?:[^"\\]|\\.)*"?|[^ \t"]+)/g;
const passwordHash = /[#>!<][0-9a-f]{64}/g;

/** A line without the values of directives that hold secrets, and without hashes of passwords. */
export function redact(line: string): string {
    return line.replace(secretDirective, "$1(secret)").replace(passwordHash, "(secret)");
}
