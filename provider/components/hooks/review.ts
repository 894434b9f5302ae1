/** Says in the preview what a change will do to a database, and refuses there what must not happen. */
import * as pulumi from "@pulumi/pulumi";
import { checkNewCertificates } from "../../model/arguments/certificateChecks";
import type { Kind, PlainArguments } from "../../model/arguments/definition";
import { definitions, holdsSecret } from "../../model/arguments/index";
import { describeRecorded } from "../../model/changes/describe";
import { explainChanges, warnOfLimits } from "../../model/changes/explanation";
import { readRecorded } from "../../model/changes/recorded";
import { refusals } from "../../model/changes/table";
import { type Finding, formatFindings } from "../../model/findings";
import { oncePerStack } from "./oncePerStack";
import { plain } from "./plain";

/** The type of the component that records completed updates. */
export const completedType = "redis-database:index:CompletedUpdate";

/**
 * What a component's inputs were when its last update was completed, by its name; `undefined` where its last update
 * failed. Only the outputs tell: an update that fails takes them away.
 */
type Reviewed = Map<string, object | undefined>;

const reviewHook = oncePerStack((kind: Kind) => {
    const reviewed: Reviewed = new Map();
    return new pulumi.ResourceHook(
        `redis-database:review${kind === "RedisReplica" ? "Replica" : ""}`,
        (args) => (args.type === completedType ? reviewCompleted(kind, reviewed, args) : review(kind, reviewed, args)),
        {
            onDryRun: true,
        },
    );
});

/** The options with the review among the component's own hooks. */
export function withReview(kind: Kind, opts: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResourceOptions {
    return {
        ...opts,
        hooks: {
            ...opts.hooks,
            beforeCreate: [...reviewHook(kind), ...(opts.hooks?.beforeCreate ?? [])],
            beforeUpdate: [...reviewHook(kind), ...(opts.hooks?.beforeUpdate ?? [])],
        },
    };
}

function refuse(name: string, kind: Kind, findings: readonly Finding[]): void {
    if (findings.length > 0) throw new Error(formatFindings(name, findings, kind));
}

const recordedIn = async (inputs: object) => readRecorded((await plain(inputs)) as PlainArguments);

/** Throws what is refused, which fails the preview or the update before any child is touched. */
async function review(kind: Kind, reviewed: Reviewed, args: pulumi.ResourceHookArgs): Promise<void> {
    const { name, oldInputs, newInputs = {}, oldOutputs } = args;
    const [before, after] = [oldInputs && (await recordedIn(oldInputs)), await recordedIn(newInputs)];
    refuse(name, kind, checkNewCertificates(after.args, before?.args));
    if (!oldInputs) return;
    const completed = (oldOutputs as PlainArguments | undefined)?.version !== undefined;
    reviewed.set(name, completed ? oldInputs : undefined);
    // What an update that failed had asked for may never have come to be; then the record or, without a preview, the agent tells.
    if (completed) await explain(kind, name, oldInputs, newInputs, !pulumi.runtime.isDryRun());
}

/** In a preview, compares with what was last completed: also where the program asks a second time for what failed. */
async function reviewCompleted(kind: Kind, reviewed: Reviewed, args: pulumi.ResourceHookArgs): Promise<void> {
    if (!pulumi.runtime.isDryRun()) return;
    const { oldInputs, newInputs = {} } = args;
    const name = (await recordedIn(newInputs)).name ?? args.name;
    const before = oldInputs ?? reviewed.get(name);
    if (before) await explain(kind, name, before, newInputs);
    else if (reviewed.has(name))
        await pulumi.log.info(
            `${kind} "${name}": its last update failed, and no completed one is recorded; the steps show what is still to be done.`,
        );
}

/** Refuses what must not happen, and says what will. */
async function explain(kind: Kind, name: string, oldInputs: object, newInputs: object, aloud = true): Promise<void> {
    const pair = describeRecorded(await recordedIn(oldInputs), await recordedIn(newInputs), kind);
    if (!pair) return;
    refuse(name, kind, refusals(pair.before, pair.after, kind));
    if (!aloud) return;
    const values = ![oldInputs, newInputs].some((inputs) => hidesShownValue(kind, inputs));
    const explanation = explainChanges(name, pair.before, pair.after, { values, kind });
    // Not attached to the component: the engine asks for its URN, and the component waits for this very hook.
    if (explanation) await pulumi.log.info(explanation);
    const limits = warnOfLimits(name, pair.before, pair.after, kind);
    if (limits) await pulumi.log.warn(limits);
}

/**
 * Whether an argument is secret here whose value an explanation may show, or one that follows from it. Where a member is
 * secret, the whole argument arrives as such: those that have such members tell nothing.
 */
function hidesShownValue(kind: Kind, inputs: object | undefined): boolean {
    return Object.entries(inputs ?? {}).some(([name, value]) => {
        const definition = definitions[kind][name];
        return definition !== undefined && !holdsSecret(definition) && pulumi.Output.isInstance(value);
    });
}
