/** The verbs that change an existing database: its arguments, size, version, password, container and handle. */
import { Argument, Option } from "commander";
import { nearest } from "../../model/findings";
import { type DatabaseInfo, type DatabaseSpec, type PlannedUpgrade, changes } from "../../platform/index";
import { updateFlags } from "../arguments";
import { UsageError, cancelled } from "../commandErrors";
import { argumentsFrom, flagName, flagsOf } from "../flags";
import { summaryOf, upgradeTable } from "../output/databases";
import { previewChange } from "../preview";
import type { Call, Result, Session, Verb } from "../verb";
import { handle, operand, requiredFlag, to } from "./operands";

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

export const upgrade: Verb = {
    name: "upgrade",
    summary: "upgrade a database, or all, to a later version",
    description:
        "Replicas are upgraded first. The flavor stays, unless the version names another one. With --all, every Redis " +
        "database with an earlier version is upgraded, one after the other, until one fails; the plan is shown first.",
    operands: [new Argument("[handle]", "the database")],
    flags: () => [to(), new Option("--all", "upgrade all databases with earlier versions")],
    examples: ["upgrade sessions --to 8.6", "upgrade --all --to 8.6"],
    async preview(session, call) {
        if (call.flags.all !== true) {
            const change = changes.upgrade(newVersion(call));
            return previewChange(session, { handle: oneHandle(call), change });
        }
        const planned = await plan(session, call);
        return { value: { planned }, text: planned.length > 0 ? upgradeTable(planned) : noneEarlier(call) };
    },
    async run(session, call) {
        const { platform, options } = session;
        if (call.flags.all === true) return upgradeAll(session, call);
        return changed(await platform.upgrade(oneHandle(call), newVersion(call), options));
    },
};

const newVersion = (call: Call) => requiredFlag(call, "to", "8.6");
const noneEarlier = (call: Call) => `no database has an earlier version than ${newVersion(call)}`;

function oneHandle({ operands, flags }: Call): string {
    const [given] = operands;
    if (given !== undefined && flags.all !== true) return given;
    throw given === undefined
        ? new UsageError("there is no handle", "give the handle of a database, or --all")
        : new UsageError(`both "${given}" and --all are given`, "leave one of them out");
}

async function plan({ platform }: Session, call: Call): Promise<readonly PlannedUpgrade[]> {
    if (call.operands[0] !== undefined) oneHandle(call);
    return platform.planUpgrade(newVersion(call));
}

async function upgradeAll(session: Session, call: Call): Promise<Result> {
    const { platform, options, yes, ask, note } = session;
    const planned = await plan(session, call);
    if (planned.length === 0) return { value: { upgraded: [] }, text: noneEarlier(call) };
    note(upgradeTable(planned));
    if (!yes) await confirm(ask, `Upgrade to ${newVersion(call)}?`);
    const onUpgraded = (each: DatabaseInfo) => {
        note(`${each.handle}: upgraded`);
    };
    const upgraded = await platform.upgradeAll(newVersion(call), { ...options, onUpgraded });
    return { value: { upgraded }, text: upgraded.map(summaryOf).join("\n") };
}

async function confirm(ask: Session["ask"], question: string): Promise<void> {
    const answer = await ask(`${question} [y/N] `);
    if (answer === undefined) throw new UsageError("the upgrade is not confirmed", "give --yes");
    if (!/^y(es)?$/i.test(answer.trim())) throw cancelled();
}
