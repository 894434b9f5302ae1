/** A preview in one form, whichever of Pulumi's outputs it was read from. */

/** A resource in the state, or as the program now describes it. Secrets and unknown values are placeholders. */
export interface ResourceState {
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly parent?: string;
    /** Whether Pulumi refuses to delete it. */
    readonly protect: boolean;
    /** Whether Pulumi only forgets it instead of deleting it. */
    readonly retainOnDelete: boolean;
    /** The positions in the program that led to the resource, innermost first; empty in an event stream, which lacks them. */
    readonly stackTrace: readonly string[];
}

/** What the engine would do to one resource. A replacement is one step. */
export interface Step {
    /** As the engine names it, such as `update`. Later versions may have further names. */
    readonly operation: string;
    readonly urn: string;
    /** Another URN if the resource is renamed or moved. */
    readonly oldUrn: string;
    readonly type: string;
    readonly name: string;
    readonly old?: ResourceState;
    readonly next?: ResourceState;
    /** The properties that force a replacement. */
    readonly replaces: readonly string[];
    /** The properties that differ. */
    readonly differs: readonly string[];
}

/** A violation that a policy pack reports. */
export interface PolicyViolation {
    readonly urn: string;
    readonly policy: string;
    readonly message: string;
    readonly isMandatory: boolean;
}

export interface Preview {
    /** `undefined` if the preview failed before it had any resource. */
    readonly project?: string;
    readonly stack?: string;
    /** Without resources that stay the same, as far as Pulumi leaves them out. */
    readonly steps: readonly Step[];
    /** Why the preview failed; empty if it did not. */
    readonly errors: readonly string[];
    /** The number of resources by operation. */
    readonly counts: Readonly<Record<string, number>>;
    /** `undefined` if the output does not contain policy events. */
    readonly violations?: readonly PolicyViolation[];
    /** Entries of the output that could not be read. */
    readonly unreadable: number;
}
