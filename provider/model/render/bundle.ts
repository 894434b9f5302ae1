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

/** The files of a bundle, by their names. */
export function filesOf(text: string): Record<string, string> {
    const lines = text.split("\n");
    const files: Record<string, string> = {};
    for (let at = 0; lines[at];) {
        const [name = "", count = "0"] = lines[at]?.split(" ") ?? [];
        files[name] = lines.slice(at + 1, at + 1 + Number(count)).join("\n");
        at += 1 + Number(count);
    }
    return files;
}
