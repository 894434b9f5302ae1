/** Says in the preview what a change will do to a database, and refuses there what must not happen. */
import * as pulumi from "@pulumi/pulumi";
import { checkNewCertificates } from "../../model/arguments/certificateChecks";
import type { Kind, PlainArguments } from "../../model/arguments/definition";
import { definitions, holdsSecret } from "../../model/arguments/index";
import { unresolvedPaths } from "../../model/arguments/partial";
import { describeRecorded } from "../../model/changes/describe";
import { explainChanges, explainUnknown, warnOfLimits } from "../../model/changes/explanation";
import { readRecorded } from "../../model/changes/recorded";
import { refusals } from "../../model/changes/table";
import { type Finding, formatFindings } from "../../model/findings";
import { oncePerStack } from "./oncePerStack";
import { plain } from "./plain";

const reviewHook = oncePerStack(
    (kind: Kind) =>
        new pulumi.ResourceHook(
            `redis-database:review${kind === "RedisReplica" ? "Replica" : ""}`,
            (args) => review(kind, args),
            {
                onDryRun: true,
            },
        ),
);

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

/** Throws what is refused, which fails the preview or the update before any child is touched. */
async function review(kind: Kind, { name, oldInputs, newInputs, oldOutputs }: pulumi.ResourceHookArgs): Promise<void> {
    const after = readRecorded((await plain(newInputs)) as PlainArguments);
    const before = oldInputs && readRecorded((await plain(oldInputs)) as PlainArguments);
    refuse(name, kind, checkNewCertificates(after.args, before?.args));
    if (!before) return;
    const unknown = explainUnknown(name, unresolvedPaths(after.args), kind);
    if (unknown) await pulumi.log.info(unknown);
    const pair = describeRecorded(before, after, kind);
    if (!pair) return;
    // What an update that failed had asked for may never have come to be; then only the data can tell, and the agent asks.
    const completed = (await plain((oldOutputs as PlainArguments | undefined)?.version)) === pair.before.spec.version;
    if (completed) refuse(name, kind, refusals(pair.before, pair.after, kind));
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
