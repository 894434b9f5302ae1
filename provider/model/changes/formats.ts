/** The format number: it identifies what a component records, and properties of its servers that no argument sets. */

export interface Format {
    readonly format: number;
    /** Why servers of the previous format are replaced, as the preview states it; absent if they are not replaced. */
    readonly replaces?: string;
    /** Whether the memory limits of servers of the previous format change. */
    readonly limits?: true;
}

/**
 * One entry for each format, the current one last. A release that must replace servers or HAProxy adds an entry, because
 * the preview hook runs only if the recorded inputs change. If the default of a new argument causes the replacement, its
 * definition names the format instead (`introduced`). As long as the last format is unreleased, `replaces` goes into that
 * entry.
 */
export const formats: readonly Format[] = [
    // Recorded the arguments only.
    { format: 1 },
    // Also records the name, the resolved version and the role.
    { format: 2 },
    // Reserves memory for clients in addition to the data, and limits what they may use.
    { format: 3, limits: true },
];

/** Since this format, addresses are written as Docker writes them. */
export const canonicalFormat = 3;

export const currentFormat = formats.at(-1)?.format ?? 1;

/** Whether the memory limits of servers change from the format `from` to the format `to`. */
export function changesLimits(from: number, to: number): boolean {
    return formats.some(({ format, limits }) => format > from && format <= to && limits);
}

/** Why an upgrade from the format `from` to the format `to` replaces servers. */
export function replacements(from: number, to: number, all: readonly Format[] = formats): string[] {
    return all.flatMap(({ format, replaces }) => (format > from && format <= to && replaces ? [replaces] : []));
}
