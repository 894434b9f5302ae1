/** Says in the preview what a change will do to a database, and refuses there what must not happen. */
import * as pulumi from "@pulumi/pulumi";
import { describePair } from "../../model/arguments/resolve";
import { refusals } from "../../model/changes/rows";
import { explainChanges } from "../../model/changes/explanation";
import { formatFindings } from "../../model/findings";
import { type Kind, type PlainArguments, later } from "../../model/arguments/properties";
import { oncePerStack } from "./oncePerStack";

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
        hooks: { ...opts.hooks, beforeUpdate: [...reviewHook(kind), ...(opts.hooks?.beforeUpdate ?? [])] },
    };
}

/** Throws what is refused, which fails the preview or the up before any child is touched. */
async function review(kind: Kind, { name, oldInputs, newInputs, oldOutputs }: pulumi.ResourceHookArgs): Promise<void> {
    const pair = describePair(
        (await plain(oldInputs)) as PlainArguments,
        (await plain(newInputs)) as PlainArguments,
        kind,
    );
    if (!pair) return;
    const { before, after } = pair;
    // What an up that failed had asked for may never have come to be; then only the data can tell, and the agent asks.
    const completed = (await plain((oldOutputs as PlainArguments | undefined)?.version)) === before.spec.version;
    const refused = completed ? refusals(before, after) : [];
    if (refused.length > 0) throw new Error(formatFindings(name, refused, kind));
    const values = !namesSecret(oldInputs) && !namesSecret(newInputs);
    const explanation = explainChanges(name, before, after, { values, kind });
    // Not attached to the component: the engine asks for its URN, and the component waits for this very hook.
    if (explanation) await pulumi.log.info(explanation);
}

/** Whether an argument is secret whose value an explanation may show, or one that follows from it. */
function namesSecret(inputs: object | undefined): boolean {
    return Object.entries(inputs ?? {}).some(
        ([argument, value]) => !["password", "tls", "config"].includes(argument) && pulumi.Output.isInstance(value),
    );
}

/** Secrets arrive as Outputs, what is not known yet as an object that says so. */
async function plain(value: unknown): Promise<unknown> {
    if (pulumi.Output.isInstance(value)) {
        // Public at run time only; waiting for the value of one that is not known would never end.
        const { isKnown } = value as unknown as { isKnown: Promise<boolean> };
        return (await isKnown) ? plain(await new Promise((resolve) => value.apply(resolve))) : later;
    }
    if (typeof value !== "object" || value === null) return value;
    if ("__pulumiUnknown" in value) return later;
    if (Array.isArray(value)) return Promise.all(value.map(plain));
    const members = Object.entries(value).map(async ([name, member]) => [name, await plain(member)] as const);
    return Object.fromEntries(await Promise.all(members));
}
