/** The change of a value in words, such as `memoryMb 512 → 1024`: on one line, short, and without what nobody may read. */

/** Of a value, a list or an object. */
const longest = 60;

/** What of a list of names or changes a line has. */
const mostListed = 4;

/**
 * `unset` stands for a value that is not given. What is too long to read, or not `shown`, is only said to be changed.
 */
export function changeOf(path: string, old: unknown, now: unknown, shown: boolean, unset = "default"): string {
    const [from, to] = [old, now].map((value) => (value === undefined ? unset : shown ? short(value) : undefined));
    if (from !== undefined && to !== undefined) return `${path} ${from} → ${to}`;
    return `${path} ${old === undefined ? "added" : now === undefined ? "removed" : "changed"}`;
}

/** What a list has gained and lost, such as `tls.hosts a added`. */
export function changeOfList(path: string, old: readonly string[], now: readonly string[], shown: boolean): string[] {
    const [added, removed] = differences(old, now);
    if (!shown) return added.length + removed.length > 0 ? [`${path} changed`] : [];
    return [
        ...(added.length > 0 ? [`${path} ${listed(added)} added`] : []),
        ...(removed.length > 0 ? [`${path} ${listed(removed)} removed`] : []),
    ];
}

/** What is in the second list alone, and what is in the first alone. */
export function differences(old: readonly string[], now: readonly string[]): [added: string[], removed: string[]] {
    return [now.filter((each) => !old.includes(each)), old.filter((each) => !now.includes(each))];
}

/** The first ones, and how many more there are. */
export function listed(all: readonly string[], more = "more"): string {
    const rest = all.length - mostListed;
    return rest > 1 ? `${all.slice(0, mostListed).join(", ")} and ${rest} ${more}` : all.join(", ");
}

/** Undefined where it is too long. */
function short(value: unknown): string | undefined {
    const text = written(value);
    return text.length <= longest ? text : undefined;
}

function written(value: unknown): string {
    if (typeof value === "string")
        return /^[^\s"\p{C}]([^"\p{C}]*[^\s"\p{C}])?$/u.test(value) ? value : JSON.stringify(value);
    if (Array.isArray(value)) return `[${listed(value.map(written))}]`;
    if (typeof value !== "object" || value === null) return String(value);
    const members = Object.entries(value).map(([name, member]) => `${name}: ${written(member)}`);
    return `{ ${members.join(", ")} }`;
}
