/** `redisdb upgrade`, of one database or of all. */
import { Argument, Option } from "commander";
import { type DatabaseInfo, type PlannedUpgrade, changes } from "../../platform/index";
import { UsageError, cancelled } from "../commandErrors";
import { summaryOf, upgradeTable } from "../output/databases";
import { previewChange } from "../preview";
import type { Call, Result, Session, Verb } from "../verb";
import { textFlag } from "./operands";

export const upgrade: Verb = {
    name: "upgrade",
    summary: "upgrade a database, or all, to a later version",
    description:
        "Replicas that follow are upgraded first, in an update of their own, and then the database. If that fails, repeat " +
        "the command: it continues. The flavor stays, unless the version names another one. With --all, every Redis " +
        "database with an earlier version is upgraded, one after the other, until one fails; the plan is shown first.",
    operands: [new Argument("[handle]", "the database")],
    flags: () => [
        new Option("--to <version>", "the version, such as 8.6; list them with `redisdb versions`"),
        new Option("--all", "upgrade all databases with earlier versions"),
    ],
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
        const value = await platform.upgrade(oneHandle(call), newVersion(call), options);
        return { value, text: summaryOf(value) };
    },
};

function newVersion(call: Call): string {
    const version = textFlag(call, "to");
    if (version === undefined) throw new UsageError("--to is missing", "give the version, such as --to 8.6");
    return version;
}

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
