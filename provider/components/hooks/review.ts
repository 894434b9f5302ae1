/** Explains in the preview what a change does to a database, and refuses changes that must not happen. */
import * as pulumi from "@pulumi/pulumi";
import { checkNewCertificates } from "../../model/arguments/certificateChecks";
import type { Kind, PlainArguments } from "../../model/arguments/definition";
import { definitionAt, holdsSecret } from "../../model/arguments/index";
import { unresolvedPaths } from "../../model/arguments/partial";
import { describeRecorded } from "../../model/changes/describe";
import { explainChanges, explainUnknown, warnOfLimits } from "../../model/changes/explanation";
import { type Recorded, readRecorded } from "../../model/changes/recorded";
import { refusals, upgradesByDefault } from "../../model/changes/table";
import { type Finding, formatFindings } from "../../model/findings";
import { spelled } from "../../model/spelling";
import { type About, log } from "../log";
import type { Hooks } from "./hooks";
import { plain } from "./plain";

/** The type of the component that records completed updates. */
export const completedType = "redis-database:index:CompletedUpdate";

/** A component's state after an update. */
interface LastState {
    readonly inputs: object;
    readonly outputs?: object;
}

/** Reviews one component, and the record of its completed updates. */
export class Review {
    /**
     * The state of the last update. `completed` is absent if it failed, in which case there is nothing to compare with.
     * A failed update is recognized by its missing outputs.
     */
    private last?: { readonly completed?: LastState };

    constructor(
        private readonly kind: Kind,
        private readonly name: string,
        private readonly hooks: Hooks,
    ) {}

    /** Adds the review to the component's hooks. */
    ofComponent(opts: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResourceOptions {
        return withHooks(
            opts,
            this.hooks.on("review", (args) => this.review(args), { onDryRun: true }),
        );
    }

    /** Adds the review to the hooks of the record of completed updates. */
    ofRecord(component: About, opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
        const review = (args: pulumi.ResourceHookArgs) => this.reviewRecord(args, component);
        return withHooks(opts, this.hooks.on("reviewCompleted", review, { onDryRun: true }));
    }

    /** Throws if a change is refused, which fails the preview or the update before any child is changed. */
    private async review(args: pulumi.ResourceHookArgs): Promise<void> {
        const { oldInputs, newInputs = {}, oldOutputs } = args;
        const last = oldInputs && { inputs: oldInputs, ...(oldOutputs && { outputs: oldOutputs }) };
        const [before, after] = [last && (await recordedIn(last)), await recordedIn({ inputs: newInputs })];
        this.refuse(checkNewCertificates(after.args, before?.args));
        if (!last || !before) return;
        const pair = describeRecorded(before, after, this.kind);
        // Also after a failed update, since the previous server may still be running.
        if (pair) this.refuse(upgradesByDefault(pair.before, pair.after));
        const completed = (oldOutputs as PlainArguments | undefined)?.version !== undefined;
        this.last = completed ? { completed: last } : {};
        // The inputs of a failed update may never have taken effect, so the record of completed updates is compared
        // instead or, without a preview, the agent checks. In a preview, `reviewRecord` explains. The URN must be that
        // of `args`: the component's own `urn` resolves only after this hook.
        if (completed) await this.explain(last, newInputs, pulumi.runtime.isDryRun() ? undefined : args);
    }

    /**
     * In a preview, compares with the last completed update, even if the program repeats the arguments of a failed one.
     */
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
                `${this.kind} "${this.name}": its first update did not complete; this one continues it.`,
                component,
            );
    }

    /** Throws if a change is refused. With `about`, also explains the changes. */
    private async explain(last: LastState, newInputs: object, about: About | undefined): Promise<void> {
        const { kind, name } = this;
        const [before, after] = [await recordedIn(last), await recordedIn({ inputs: newInputs })];
        const pair = describeRecorded(before, after, kind);
        if (pair) this.refuse(refusals(pair.before, pair.after, kind));
        if (!about) return;
        const unknown = explainUnknown(name, unresolvedPaths(after.args), kind);
        if (unknown) await log("info", unknown, about);
        if (!pair) return;
        const values = ![last.inputs, newInputs].some((inputs) => hidesShownValue(kind, inputs));
        const secrets = [last.inputs, newInputs].flatMap(secretArguments);
        const explanation = explainChanges(name, pair.before, pair.after, { values, secrets, kind });
        if (explanation) await log("info", explanation, about);
        const limits = warnOfLimits(name, pair.before, pair.after, kind);
        if (limits) await log("warn", limits, about);
    }

    private refuse(findings: readonly Finding[]): void {
        if (findings.length > 0) throw new Error(spelled(formatFindings(this.name, findings, this.kind)));
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

/** Inputs of the first format do not include the resolved version, but the outputs do. */
async function recordedIn({ inputs, outputs }: LastState): Promise<Recorded> {
    return {
        resolvedVersion: await plain((outputs as PlainArguments | undefined)?.version),
        ...readRecorded((await plain(inputs)) as PlainArguments),
    };
}

/** The arguments that arrive as a secret, possibly because of a single member. */
function secretArguments(inputs: object): string[] {
    return Object.entries(inputs).flatMap(([name, value]) => (pulumi.Output.isInstance(value) ? [name] : []));
}

/**
 * Whether an argument is secret although explanations usually show its value, or values derived from it. An argument
 * with a secret member always arrives as a secret, so such arguments are ignored.
 */
function hidesShownValue(kind: Kind, inputs: object): boolean {
    return Object.entries(inputs).some(([name, value]) => {
        const definition = definitionAt(kind, [name]);
        return definition !== undefined && !holdsSecret(definition) && pulumi.Output.isInstance(value);
    });
}
