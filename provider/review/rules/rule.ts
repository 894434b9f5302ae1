/** What a rule of the PR check is. */
import type { Severity } from "../severity";

export interface Rule {
    /** Never changes, since exceptions name it. */
    readonly code: string;
    readonly severity: Severity;
    /** The title of its page, such as "A volume is replaced". */
    readonly title: string;
    /** What a finding of this rule means, in one or two sentences. */
    readonly meaning: string;
    /** Why it is dangerous. */
    readonly danger: string;
    /** The safe way, as an instruction. A finding repeats it. */
    readonly remedy: string;
}

/** A rule without its code, which is its name in the group. */
export type RuleText = Omit<Rule, "code">;
