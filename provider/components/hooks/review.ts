/** Says in the preview what a change will do to a database, and refuses there what must not happen. */
import * as pulumi from "@pulumi/pulumi";
import { checkNewCertificates } from "../../model/arguments/certificateChecks";
import type { Kind, PlainArguments } from "../../model/arguments/definition";
import { definitions, holdsSecret } from "../../model/arguments/index";
import { describeRecorded } from "../../model/changes/describe";
import { explainChanges, warnOfLimits } from "../../model/changes/explanation";
import { readRecorded } from "../../model/changes/recorded";
import { refusals, upgradesByDefault } from "../../model/changes/table";
import { type Finding, formatFindings } from "../../model/findings";
import { log } from "../log";
import type { Hooks } from "./hooks";
import { plain } from "./plain";

/** The options with the review among the component's own hooks. */
export function withReview(
    kind: Kind,
    hooks: Hooks,
    opts: pulumi.ComponentResourceOptions = {},
): pulumi.ComponentResourceOptions {
    const reviewed = hooks.on("review", (args) => review(kind, args), { onDryRun: true });
    return {
        ...opts,
        hooks: {
            ...opts.hooks,
            beforeCreate: [...reviewed, ...(opts.hooks?.beforeCreate ?? [])],
            beforeUpdate: [...reviewed, ...(opts.hooks?.beforeUpdate ?? [])],
        },
    };
}

function refuse(name: string, kind: Kind, findings: readonly Finding[]): void {
    if (findings.length > 0) throw new Error(formatFindings(name, findings, kind));
}

/** Throws what is refused, which fails the preview or the update before any child is touched. */
async function review(kind: Kind, args: pulumi.ResourceHookArgs): Promise<void> {
    const { name, oldInputs, newInputs, oldOutputs } = args;
    const after = readRecorded((await plain(newInputs)) as PlainArguments);
    const before = oldInputs && readRecorded((await plain(oldInputs)) as PlainArguments);
    refuse(name, kind, checkNewCertificates(after.args, before?.args));
    if (!before) return;
    const pair = describeRecorded(before, after, kind);
    if (!pair) return;
    // Also after an update that failed, which leaves no outputs: the server that was there before may run.
    refuse(name, kind, upgradesByDefault(pair.before, pair.after));
    // What an update that failed had asked for may never have come to be; then only the data can tell, and the agent asks.
    const completed = (await plain((oldOutputs as PlainArguments | undefined)?.version)) === pair.before.spec.version;
    if (completed) refuse(name, kind, refusals(pair.before, pair.after, kind));
    const values = ![oldInputs, newInputs].some((inputs) => hidesShownValue(kind, inputs));
    const secrets = [oldInputs, newInputs].flatMap(secretArguments);
    const explanation = explainChanges(name, pair.before, pair.after, { values, secrets, kind });
    // About the URN that the hook is given: the component has its own only after this very hook.
    if (explanation) await log("info", explanation, args);
    const limits = warnOfLimits(name, pair.before, pair.after, kind);
    if (limits) await log("warn", limits, args);
}

/** Those that arrive as a secret, be it for one of their members alone. */
function secretArguments(inputs: object | undefined): string[] {
    return Object.entries(inputs ?? {}).flatMap(([name, value]) => (pulumi.Output.isInstance(value) ? [name] : []));
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
