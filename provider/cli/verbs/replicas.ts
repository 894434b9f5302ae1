/** The verbs about replicas. */
import { Argument, Option } from "commander";
import { type DatabaseInfo, type ReplicaSpec, changes } from "../../platform/index";
import { replicaFlags } from "../arguments";
import { argumentsFrom, flagsOf } from "../flags";
import { summaryOf } from "../output/databases";
import { previewChange } from "../preview";
import type { Call, Result, Verb } from "../verb";
import { handle, operand } from "./operands";

const changed = (value: DatabaseInfo): Result => ({ value, text: summaryOf(value) });
const replicaArguments = ({ flags }: Call) => argumentsFrom(replicaFlags, flags) as ReplicaSpec;

export const replicate: Verb = {
    name: "replicate",
    summary: "add a replica to a database",
    description:
        "The replica has its own handle, password and URLs, on the Docker host of the database. Arguments that are not " +
        "given are those of the database.",
    operands: [handle(), new Argument("<replica>", "the handle of the new replica")],
    flags: () => [
        ...flagsOf(replicaFlags),
        new Option(
            "--separate",
            "give it a Pulumi stack of its own, for example on another --docker-host; it then takes part in no switchover",
        ),
    ],
    examples: ["replicate sessions sessions-copy"],
    preview: (session, call) =>
        previewChange(session, {
            handle: operand(call, 0),
            change: changes.replicate(operand(call, 1), replicaArguments(call)),
        }),
    run: async ({ platform, options }, call) =>
        changed(
            await platform.replicate(operand(call, 0), operand(call, 1), replicaArguments(call), {
                ...options,
                separate: call.flags.separate === true,
            }),
        ),
};

export const promote: Verb = {
    name: "promote",
    summary: "turn a replica into a database that accepts writes, permanently",
    description: "It no longer follows its database. To let it take over the writes of its database, use `switchover`.",
    operands: [new Argument("<replica>", "the replica")],
    examples: ["promote sessions-copy"],
    preview: (session, call) =>
        previewChange(session, { handle: operand(call, 0), change: changes.promote(operand(call, 0)) }),
    run: async ({ platform, options }, call) => changed(await platform.promote(operand(call, 0), options)),
};

export const switchover: Verb = {
    name: "switchover",
    summary: "let another server of a database accept the writes",
    description:
        "The others follow it, and no write is lost. To return to the database's own server, repeat its handle.",
    operands: [handle(), new Argument("<to>", "the replica, or the handle of the database")],
    examples: ["switchover sessions sessions-copy", "switchover sessions sessions"],
    preview(session, call) {
        const [database, target] = [operand(call, 0), operand(call, 1)];
        const change = changes.switchover(target === database ? undefined : target);
        return previewChange(session, { handle: database, change });
    },
    run: async ({ platform, options }, call) =>
        changed(await platform.switchover(operand(call, 0), operand(call, 1), options)),
};
