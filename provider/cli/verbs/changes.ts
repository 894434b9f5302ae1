/** The verbs that change an existing database: its arguments, size, password, container and handle. */
import { Argument, Option } from "commander";
import { nearest } from "../../model/findings";
import { type DatabaseInfo, type DatabaseSpec, changes } from "../../platform/index";
import { updateFlags } from "../arguments";
import { UsageError } from "../commandErrors";
import { argumentsFrom, flagName, flagsOf } from "../flags";
import { summaryOf } from "../output/databases";
import { previewChange } from "../preview";
import type { Call, Result, Verb } from "../verb";
import { handle, operand } from "./operands";

const sizes = ["memoryMb", "diskSizeGb"] as const;
const sizeFlags = Object.fromEntries(
    sizes.flatMap((name) => Object.entries(updateFlags).filter(([key]) => key === name)),
);

const changed = (value: DatabaseInfo): Result => ({ value, text: summaryOf(value) });

export const update: Verb = {
    name: "update",
    summary: "change arguments of a database or a replica",
    description: "Other arguments keep their values. `redisdb preview update` shows what a change does.",
    operands: [handle()],
    flags: () => [
        ...flagsOf(updateFlags),
        new Option("--unset <flag...>", "flags whose arguments get their default again, such as --unset users"),
    ],
    examples: ["update sessions --maxmemory-policy allkeys-lru", "update sessions --unset maxmemory-policy"],
    preview: (session, call) =>
        previewChange(session, { handle: operand(call, 0), change: changes.update(changedArguments(call)) }),
    run: async ({ platform, options }, call) =>
        changed(await platform.update(operand(call, 0), changedArguments(call), options)),
};

/** Reads `--unset` as well: those arguments are undefined. */
function changedArguments({ flags }: Call): Partial<DatabaseSpec> {
    const { unset = [] } = flags as { readonly unset?: readonly string[] };
    const given = argumentsFrom(updateFlags, flags);
    const removed = unset.map((flag) => argumentOf(flag.startsWith("--") ? flag : `--${flag}`));
    const args = { ...Object.fromEntries(removed.map((name) => [name, undefined])), ...given };
    if (Object.keys(args).length === 0) {
        throw new UsageError("nothing to change", "give a flag; list them with `redisdb help update`");
    }
    return args;
}

function argumentOf(flag: string): string {
    const names = Object.keys(updateFlags);
    const found = names.find((name) => flagName(name) === flag);
    if (found !== undefined) return found;
    const suggestion = nearest(flag, names.map(flagName));
    throw new UsageError(
        `there is no flag ${flag}`,
        suggestion === undefined ? "list the flags: redisdb help update" : `did you mean ${suggestion}?`,
    );
}

export const restart: Verb = {
    name: "restart",
    summary: "change the size of a database or a replica",
    description: "A new memory size restarts the server on its volume: clients reconnect once.",
    operands: [handle()],
    flags: () => flagsOf(sizeFlags),
    examples: ["restart sessions --container-size 512", "restart sessions --disk-size 16"],
    preview: (session, call) =>
        previewChange(session, { handle: operand(call, 0), change: changes.update(newSize(call)) }),
    run: async ({ platform, options }, call) =>
        changed(await platform.restart(operand(call, 0), newSize(call), options)),
};

function newSize({ flags }: Call): Pick<DatabaseSpec, "memoryMb" | "diskSizeGb"> {
    const size = argumentsFrom(sizeFlags, flags);
    if (Object.keys(size).length > 0) return size;
    throw new UsageError(
        "there is no new size",
        "give --container-size MIB or --disk-size GB; to replace the container as it is, use `redisdb reload`",
    );
}

export const reload: Verb = {
    name: "reload",
    summary: "replace the container of a database on its volume",
    description: "Clients reconnect once. A memory-only database (nordb) without replicas loses its data.",
    operands: [handle()],
    examples: ["reload sessions"],
    run: async ({ platform, options }, call) => changed(await platform.reload(operand(call, 0), options)),
};

export const rotate: Verb = {
    name: "rotate",
    summary: "generate a new password",
    description: "Clients stay connected. The old password is accepted for --password-grace-hours, by default 24.",
    operands: [handle()],
    examples: ["rotate sessions"],
    preview: (session, call) => previewChange(session, { handle: operand(call, 0), change: changes.rotatePassword() }),
    run: async ({ platform, options }, call) => changed(await platform.rotatePassword(operand(call, 0), options)),
};

export const rename: Verb = {
    name: "rename",
    summary: "give a database another handle",
    description: "Its containers keep their names, and its URLs stay the same.",
    operands: [handle(), new Argument("<to>", "the new handle")],
    examples: ["rename sessions web-sessions"],
    run: async ({ platform, options }, call) =>
        changed(await platform.rename(operand(call, 0), operand(call, 1), options)),
};
