/** How much of a review a comment shows. Each level leaves out more than the one before. */

export interface Detail {
    readonly rawChanges: boolean;
    readonly diagrams: boolean;
    /** Databases that do not change. */
    readonly unaffected: boolean;
    /** Findings with the severity `info`, and those that an exception allows. */
    readonly minor: boolean;
    readonly remedies: boolean;
    /** The most databases and the most findings of a stack. */
    readonly perStack: number;
    /** A section for each stack, or only a line. */
    readonly sections: boolean;
    /** The most stacks, exceptions and codes. */
    readonly entries: number;
}

interface Step extends Partial<Detail> {
    /** What this step leaves out. Replaces an earlier entry with the same key. */
    readonly leavesOut: readonly [key: string, words: string];
}

const everything: Detail = {
    rawChanges: true,
    diagrams: true,
    unaffected: true,
    minor: true,
    remedies: true,
    perStack: Infinity,
    sections: true,
    entries: Infinity,
};

const steps: readonly Step[] = [
    { rawChanges: false, leavesOut: ["raw", "raw changes"] },
    { diagrams: false, leavesOut: ["diagrams", "diagrams"] },
    { unaffected: false, leavesOut: ["unaffected", "databases that do not change"] },
    { minor: false, leavesOut: ["minor", "findings that are allowed or only informative"] },
    { remedies: false, leavesOut: ["remedies", "the safe way of each finding"] },
    { perStack: 200, entries: 200, leavesOut: ["more", "all but 200 databases and findings of each stack"] },
    { perStack: 75, entries: 100, leavesOut: ["more", "all but 75 databases and findings of each stack"] },
    { perStack: 25, leavesOut: ["more", "all but 25 databases and findings of each stack"] },
    { perStack: 5, entries: 50, leavesOut: ["more", "all but 5 databases and findings of each stack"] },
    { sections: false, leavesOut: ["more", "the databases and findings of each stack"] },
    { entries: 20, leavesOut: ["entries", "all but 20 stacks, codes and exceptions"] },
];

export interface Level {
    readonly detail: Detail;
    readonly leftOut: readonly string[];
}

/** From everything to the least. */
export const levels: readonly Level[] = steps
    .reduce<{ readonly detail: Detail; readonly words: Map<string, string> }[]>(
        (before, { leavesOut, ...change }) => {
            const last = before[before.length - 1] ?? { detail: everything, words: new Map<string, string>() };
            const words = new Map([...last.words, leavesOut]);
            return [...before, { detail: { ...last.detail, ...change }, words }];
        },
        [{ detail: everything, words: new Map<string, string>() }],
    )
    .map(({ detail, words }) => ({ detail, leftOut: [...words.values()] }));
