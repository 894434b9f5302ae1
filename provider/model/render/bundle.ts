/** Several text files as one: Docker takes longer for a file than for what is in it. */

/**
 * Before each file stand its name and its number of lines; what is in a line cannot be mistaken for that. A file is
 * undefined where somebody's tests mock the resource that makes it.
 */
export function bundle(files: Readonly<Record<string, string | undefined>>): string {
    return Object.entries(files)
        .map(([name, content = ""]) => {
            const lines = content.replace(/\n$/, "").split("\n");
            return [`${name} ${lines.length}`, ...lines, ""].join("\n");
        })
        .join("");
}
