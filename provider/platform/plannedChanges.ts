/** What a change does, by the change table, before the engine runs. */
import type { Kind, PlainArguments } from "../model/arguments/definition";
import { describeRecorded } from "../model/changes/describe";
import { currentFormat } from "../model/changes/formats";
import { effects } from "../model/changes/rows";
import { changedIn, changesBetween, upgradesByDefault } from "../model/changes/table";
import { type Finding, formatFinding } from "../model/findings";
import { type ChangeRow, PlatformError } from "./errors";
import { type StoredSpecification, deployedArguments } from "./specification";

export interface PlannedChange {
    readonly rows: readonly ChangeRow[];
    /** Why the change is refused; empty if it is not. */
    readonly findings: readonly Finding[];
}

/** `version` is the one that runs: without `version` among the arguments, the default may have changed since. */
export function planChange(before: StoredSpecification, after: StoredSpecification, version?: string): PlannedChange {
    const kind: Kind = before.follows ? "RedisReplica" : "RedisDatabase";
    const recorded = (specification: StoredSpecification) => ({
        args: deployedArguments(specification) as PlainArguments,
        format: currentFormat,
    });
    const pair = describeRecorded({ ...recorded(before), resolvedVersion: version }, recorded(after), kind);
    if (!pair) return { rows: [], findings: [] };
    const rows = changesBetween(pair.before, pair.after, kind);
    return {
        rows: rows.map((row) => {
            const { server, data, clients } = effects[row.effect];
            return {
                arguments: changedIn(row, pair.before, pair.after).map(({ path }) => path),
                effect: row.effect,
                server,
                data: row.data ?? data,
                clients: row.clients ?? clients,
            };
        }),
        findings: [
            ...rows.flatMap(({ refusal }) => refusal?.(pair.before, pair.after) ?? []),
            ...upgradesByDefault(pair.before, pair.after),
        ],
    };
}

/** Throws `refused` if the change is, before anything is touched. */
export function checkChange(handle: string, { rows, findings }: PlannedChange): void {
    if (findings.length === 0) return;
    throw new PlatformError(
        "refused",
        [`the change of "${handle}" is refused; nothing was touched`, ...findings.map(formatFinding)].join("\n"),
        "correct or undo the change",
        {
            refusals: findings.map((found) => ({
                code: found.code,
                component: handle,
                message: formatFinding(found),
            })),
            rows: rows.filter(({ effect }) => effect === "refused"),
        },
    );
}
