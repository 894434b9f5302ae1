/** Combines several text files into one, because uploading one file to a container is faster than several. */

/**
 * Each file is preceded by a line with its name and number of lines, so its content cannot be mistaken for such a line. A
 * file is undefined if a user's tests mock the resource that generates it.
 */
export function bundle(files: Readonly<Record<string, string | undefined>>): string {
    return Object.entries(files)
        .map(([name, content = ""]) => {
            const lines = content.replace(/\n$/, "").split("\n");
            return [`${name} ${lines.length}`, ...lines, ""].join("\n");
        })
        .join("");
}
