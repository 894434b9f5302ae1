/** What a recorded preview shows: a change of a program, against the stack that the program created before. */

/** A program and the secrets of its stack. */
export interface Base {
    /** The name of the Pulumi project. */
    readonly project: string;
    readonly language: "typescript" | "python" | "yaml";
    /** The program that creates the stack. Each scenario changes it. In YAML, the resources of the program. */
    readonly program: string;
    /** Leaves the stack empty, so that the previews show the whole program. */
    readonly empty?: true;
    /** The release that created the stack: its state `databases` in test/engine/fixtures. No containers exist. */
    readonly createdBy?: string;
    /** The secrets in the stack's configuration. */
    readonly config?: Readonly<Record<string, string>>;
    /** A change of the program whose update fails, after the stack exists. */
    readonly failedUpdate?: readonly Edit[];
}

/** Replaces a text that occurs in the program once. */
export type Edit = readonly [from: string, to: string];

export interface Scenario<BaseName extends string = string> {
    readonly base: BaseName;
    /** What changes, in one sentence. */
    readonly change: string;
    readonly edits?: readonly Edit[];
    /** Secrets in the configuration that change. */
    readonly config?: Readonly<Record<string, string>>;
    /** The database whose certificate is due for renewal: the state says that it expires tomorrow. */
    readonly expiring?: string;
    /** Whether the preview fails. */
    readonly fails?: true;
    /** Whether the engine's event stream is recorded too. */
    readonly stream?: true;
    /** Whether data is deleted, or may be lost later because of this change. */
    readonly loses: boolean;
    /** Whether nothing is lost, no client notices, and no protection ends, so that a review must not fail. */
    readonly harmless: boolean;
}

/** The program of a base after the edits of a scenario. */
export function edited(program: string, edits: readonly Edit[] = []): string {
    return edits.reduce((text, [from, to]) => {
        const parts = text.split(from);
        if (parts.length !== 2)
            throw new Error(`The program contains this ${parts.length - 1} times, not once: ${from}`);
        return parts.join(to);
    }, program);
}
