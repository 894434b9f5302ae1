/** Writes the change of a value, such as `memoryMb 512 → 1024`: short, on one line, and without secrets. */

/** The longest value, list or object that is shown. */
const maxLength = 60;

/** How many entries of a list are shown. */
const maxListed = 4;

/** `unset` stands for a missing value. If a value is too long or not `shown`, the text only says that it changed. */
export function changeOf(path: string, old: unknown, now: unknown, shown: boolean, unset = "default"): string {
    const [from, to] = [old, now].map((value) => (value === undefined ? unset : shown ? shortText(value) : undefined));
    if (from !== undefined && to !== undefined) return `${path} ${from} → ${to}`;
    return `${path} ${old === undefined ? "added" : now === undefined ? "removed" : "changed"}`;
}

/** The entries that a list gains and loses, such as `tls.hosts a added`. */
export function changeOfList(path: string, old: readonly string[], now: readonly string[], shown: boolean): string[] {
    const [added, removed] = differences(old, now);
    if (!shown) return added.length + removed.length > 0 ? [`${path} changed`] : [];
    return [
        ...(added.length > 0 ? [`${path} ${listed(added)} added`] : []),
        ...(removed.length > 0 ? [`${path} ${listed(removed)} removed`] : []),
    ];
}

/** The entries that only the new list has, and those that only the old list has. */
export function differences(old: readonly string[], now: readonly string[]): [added: string[], removed: string[]] {
    return [now.filter((entry) => !old.includes(entry)), old.filter((entry) => !now.includes(entry))];
}

/** The first entries, and how many more there are. */
export function listed(all: readonly string[], more = "more"): string {
    const rest = all.length - maxListed;
    return rest > 1 ? `${all.slice(0, maxListed).join(", ")} and ${rest} ${more}` : all.join(", ");
}

/** `undefined` if the text is too long. */
function shortText(value: unknown): string | undefined {
    const text = textOf(value);
    return text.length <= maxLength ? text : undefined;
}

function textOf(value: unknown): string {
    if (typeof value === "string")
        return /^[^\s"\p{C}]([^"\p{C}]*[^\s"\p{C}])?$/u.test(value) ? value : JSON.stringify(value);
    if (Array.isArray(value)) return `[${listed(value.map(textOf))}]`;
    if (typeof value !== "object" || value === null) return String(value);
    const members = Object.entries(value).map(([name, member]) => `${name}: ${textOf(member)}`);
    return `{ ${members.join(", ")} }`;
}
