/** Settings as lines of name=value, for a shell to read. */

export function settingLines(settings: Readonly<Record<string, string | number>>): string {
    return Object.entries(settings)
        .map(([name, value]) => `${name}=${onOneLine(String(value))}\n`)
        .join("");
}

/** A line break in a name or a path would start a new setting. */
function onOneLine(text: string): string {
    return text.replace(/\p{Cc}/gu, encodeURIComponent);
}
