/** `redisdb create`. */
import { Argument } from "commander";
import { parseVersion } from "../../model/catalog/versions";
import { allowedHandle } from "../../platform/deployments";
import type { DatabaseSpec } from "../../platform/index";
import { databaseFlags } from "../arguments";
import { argumentsFrom, flagsOf } from "../flags";
import { previewText, summaryOf } from "../output/databases";
import type { Session, Verb } from "../verb";
import { operand } from "./operands";

export const create: Verb = {
    name: "create",
    summary: "create a database",
    description:
        "A database that exists with the same arguments stays as it is. A version without a suffix, such as 7.2, is " +
        "RDB-only, as in the managed service; 7.2-aof and 7.2-nordb name the other flavors. Without --version, the " +
        "default version with an append-only file is created.",
    operands: [new Argument("<handle>", `the name of the new database: ${allowedHandle}`)],
    flags: () => flagsOf(databaseFlags, { isNew: true }),
    examples: ["create sessions", "create sessions --version 7.2-aof --container-size 256 --disk-size 8"],
    async preview({ platform, options, note }, call) {
        const args = withNotedFlavor(argumentsFrom(databaseFlags, call.flags), note);
        const value = await platform.previewCreate(operand(call, 0), args, options);
        return { value, text: previewText(value) };
    },
    async run({ platform, options, note }, call) {
        const args = withNotedFlavor(argumentsFrom(databaseFlags, call.flags), note);
        const value = await platform.create(operand(call, 0), args, options);
        return { value, text: summaryOf(value) };
    },
};

/** Says which flavor a version without a suffix has. */
function withNotedFlavor(given: DatabaseSpec, note: Session["note"]): DatabaseSpec {
    const { version = "" } = given;
    const args = withFlavor(given);
    if (args.flavor !== given.flavor) {
        note(
            `version ${version} without a suffix has RDB-only persistence; ` +
                `for an append-only file, give --version ${version}-aof`,
        );
    }
    return args;
}

/** The managed service's meaning of a version without a suffix. The component would use its default flavor. */
export function withFlavor(args: DatabaseSpec): DatabaseSpec {
    const { version, flavor, engine } = args;
    if (version === undefined || flavor !== undefined) return args;
    const parsed = parseVersion(version, engine);
    return parsed && parsed.flavor === undefined ? { ...args, flavor: "rdb" } : args;
}
