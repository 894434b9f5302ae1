/** The format number: what a component records, and what its servers are like, as far as arguments do not say it. */

export interface Format {
    readonly format: number;
    /** Why servers made by the format before are replaced, as the preview says it; absent where they stay as they are. */
    readonly replaces?: string;
    /** Whether servers made by the format before get other limits of memory. */
    readonly limits?: true;
}

/**
 * One entry for each format, the current one last. A release that has to replace servers or HAProxy adds one, since Pulumi
 * reviews a component only if its recorded inputs change. An argument whose default does so names the format instead
 * (`introduced` in its definition). While the last one is not released, `replaces` goes there.
 */
export const formats: readonly Format[] = [
    // Recorded nothing but arguments.
    { format: 1 },
    // Records the name, the resolved version and the role, too.
    { format: 2 },
    // Leaves room for clients beside the data, and limits what they may take.
    { format: 3, limits: true },
];

/** From this one on, addresses are spelled as Docker does. */
export const canonicalFormat = 3;

export const currentFormat = formats.at(-1)?.format ?? 1;

/** Whether servers of the format `from` get other limits of memory in the format `to`. */
export function changesLimits(from: number, to: number): boolean {
    return formats.some(({ format, limits }) => format > from && format <= to && limits);
}

/** Why servers of the format `from` are replaced by the one of the format `to`. */
export function replacements(from: number, to: number, all: readonly Format[] = formats): string[] {
    return all.flatMap(({ format, replaces }) => (format > from && format <= to && replaces ? [replaces] : []));
}
