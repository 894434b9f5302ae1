/** Says in the preview what a change will do to a database, and refuses there what must not happen. */
import * as pulumi from "@pulumi/pulumi";
import { checkNewCertificates } from "../../model/arguments/certificateChecks";
import type { Kind, PlainArguments } from "../../model/arguments/definition";
import { definitions, holdsSecret } from "../../model/arguments/index";
import { unresolvedPaths } from "../../model/arguments/partial";
import { describeRecorded } from "../../model/changes/describe";
import { explainChanges, explainUnknown, warnOfLimits } from "../../model/changes/explanation";
import { type Recorded, readRecorded } from "../../model/changes/recorded";
import { refusals, upgradesByDefault } from "../../model/changes/table";
import { type Finding, formatFindings } from "../../model/findings";
import { type About, log } from "../log";
import type { Hooks } from "./hooks";
import { plain } from "./plain";

/** The type of the component that records completed updates. */
export const completedType = "redis-database:index:CompletedUpdate";

/** A component as an update left it. */
interface Left {
    readonly inputs: object;
    readonly outputs?: object;
}

/** Reviews one component, and the record of its completed updates. */
export class Review {
    /**
     * What the last update left: nothing to compare with where it failed. Only the outputs tell, since an update that
     * fails takes them away.
     */
    private last?: { readonly completed?: Left };

    constructor(
        private readonly kind: Kind,
        private readonly name: string,
        private readonly hooks: Hooks,
    ) {}

    /** The options with the review among the component's own hooks. */
    ofComponent(opts: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResourceOptions {
        return withHooks(
            opts,
            this.hooks.on("review", (args) => this.review(args), { onDryRun: true }),
        );
    }

    /** The same for the record of its completed updates. */
    ofRecord(component: About, opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
        const review = (args: pulumi.ResourceHookArgs) => this.reviewRecord(args, component);
        return withHooks(opts, this.hooks.on("reviewCompleted", review, { onDryRun: true }));
    }

    /** Throws what is refused, which fails the preview or the update before any child is touched. */
    private async review(args: pulumi.ResourceHookArgs): Promise<void> {
        const { oldInputs, newInputs = {}, oldOutputs } = args;
        const left = oldInputs && { inputs: oldInputs, ...(oldOutputs && { outputs: oldOutputs }) };
        const [before, after] = [left && (await recordedIn(left)), await recordedIn({ inputs: newInputs })];
        this.refuse(checkNewCertificates(after.args, before?.args));
        if (!left || !before) return;
        const pair = describeRecorded(before, after, this.kind);
        // Also after an update that failed: the server that was there before may run.
        if (pair) this.refuse(upgradesByDefault(pair.before, pair.after));
        const completed = (oldOutputs as PlainArguments | undefined)?.version !== undefined;
        this.last = completed ? { completed: left } : {};
        // What an update that failed had asked for may never have come to be; then the record or, without a preview, the
        // agent tells. The engine knows the component's URN only after this very hook.
        if (completed) await this.explain(left, newInputs, pulumi.runtime.isDryRun() ? undefined : args);
    }

    /** In a preview, compares with what was last completed: also where the program asks a second time for what failed. */
    private async reviewRecord(
        { oldInputs, newInputs = {} }: pulumi.ResourceHookArgs,
        component: About,
    ): Promise<void> {
        if (!pulumi.runtime.isDryRun()) return;
        const before = oldInputs ? { inputs: oldInputs } : this.last?.completed;
        if (before) await this.explain(before, newInputs, component);
        else if (this.last)
            await log(
                "info",
                `${this.kind} "${this.name}": its last update failed, and no completed one is recorded; the steps show what is still to be done.`,
                component,
            );
    }

    /** Refuses what must not happen, and says what will, where there is something that it is about. */
    private async explain(left: Left, newInputs: object, about: About | undefined): Promise<void> {
        const { kind, name } = this;
        const [before, after] = [await recordedIn(left), await recordedIn({ inputs: newInputs })];
        const pair = describeRecorded(before, after, kind);
        if (pair) this.refuse(refusals(pair.before, pair.after, kind));
        if (!about) return;
        const unknown = explainUnknown(name, unresolvedPaths(after.args), kind);
        if (unknown) await log("info", unknown, about);
        if (!pair) return;
        const values = ![left.inputs, newInputs].some((inputs) => hidesShownValue(kind, inputs));
        const secrets = [left.inputs, newInputs].flatMap(secretArguments);
        const explanation = explainChanges(name, pair.before, pair.after, { values, secrets, kind });
        if (explanation) await log("info", explanation, about);
        const limits = warnOfLimits(name, pair.before, pair.after, kind);
        if (limits) await log("warn", limits, about);
    }

    private refuse(findings: readonly Finding[]): void {
        if (findings.length > 0) throw new Error(formatFindings(this.name, findings, this.kind));
    }
}

function withHooks(
    opts: pulumi.ComponentResourceOptions,
    hooks: pulumi.ResourceHook[],
): pulumi.ComponentResourceOptions {
    const { beforeCreate = [], beforeUpdate = [] } = opts.hooks ?? {};
    return {
        ...opts,
        hooks: { ...opts.hooks, beforeCreate: [...hooks, ...beforeCreate], beforeUpdate: [...hooks, ...beforeUpdate] },
    };
}

/** Inputs of the first format do not say to which version they came, but outputs do. */
async function recordedIn({ inputs, outputs }: Left): Promise<Recorded> {
    return {
        resolvedVersion: await plain((outputs as PlainArguments | undefined)?.version),
        ...readRecorded((await plain(inputs)) as PlainArguments),
    };
}

/** Those that arrive as a secret, be it for one of their members alone. */
function secretArguments(inputs: object): string[] {
    return Object.entries(inputs).flatMap(([name, value]) => (pulumi.Output.isInstance(value) ? [name] : []));
}

/**
 * Whether an argument is secret here whose value an explanation may show, or one that follows from it. Where a member is
 * secret, the whole argument arrives as such: those that have such members tell nothing.
 */
function hidesShownValue(kind: Kind, inputs: object): boolean {
    return Object.entries(inputs).some(([name, value]) => {
        const definition = definitions[kind][name];
        return definition !== undefined && !holdsSecret(definition) && pulumi.Output.isInstance(value);
    });
}
