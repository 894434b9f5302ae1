/** Backups in words. */
import { engineLabels } from "../../model/catalog/versions";
import type {
    Backup,
    BackupHealth,
    BackupList,
    BackupRepository,
    FailedRepository,
    NewBackup,
    OrphanedBackup,
    OrphanedBackups,
    Verification,
} from "../../platform/index";
import { locationOf } from "../../model/backup/repositories";
import { record, table } from "./table";

/** A number of bytes, such as `12.3 MiB`. */
export function sizeText(bytes: number): string {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let [value, unit] = [bytes, 0];
    while (value >= 1024 && unit < units.length - 1) {
        value /= 1024;
        unit++;
    }
    return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}

/** A time span, such as `3 h`. */
export function ageText(seconds: number): string {
    const units = [
        ["d", 24 * 3600],
        ["h", 3600],
        ["min", 60],
    ] as const;
    const [name, length] = units.find(([, each]) => seconds >= 2 * each) ?? ["s", 1];
    return `${Math.floor(seconds / length)} ${name}`;
}

/** The last backup, such as `3 h ago, 12.3 MiB`. Empty for a database without backups. */
export function lastBackupText(backup: BackupHealth | undefined): string {
    if (!backup) return "";
    const { last, ageSeconds } = backup;
    if (!last || ageSeconds === undefined) return "none yet";
    return [`${ageText(ageSeconds)} ago`, ...(last.bytes === undefined ? [] : [sizeText(last.bytes)])].join(", ");
}

/** The columns that a narrow terminal does without, the first one first. */
const dispensable = ["keys", "version", "verified"];

export function backupTable({ backups, failed }: BackupList, width: number | undefined): string {
    const several = new Set(backups.map(({ database }) => database)).size > 1;
    const repositories = legend([...backups.flatMap((each) => each.repositories), ...failed]);
    const columns: readonly (readonly [string, (each: Backup) => string | number | undefined])[] = [
        ["id", ({ id }) => id],
        ...(several ? [["database", ({ database }: Backup) => database] as const] : []),
        ["time (UTC)", ({ time }) => timeText(time)],
        ["kind", ({ kind }) => kind],
        ["version", versionText],
        ["keys", ({ keys }) => keys],
        ["size", ({ bytes }) => (bytes === undefined ? "" : sizeText(bytes))],
        ["verified", (each) => (each.repositories.some(({ verified }) => verified) ? "yes" : "")],
        ["in", (each) => each.repositories.map(({ number }) => number).join(", ")],
    ];
    const headings = columns.map(([heading]) => heading);
    const rows = backups.map((each) => columns.map(([, cell]) => cell(each)));
    return [
        ...(rows.length > 0 ? [table(headings, rows, { width, dispensable })] : []),
        ...(rows.length === 0 && failed.length === 0 ? ["there are no backups"] : []),
        ...(repositories.length > 0 ? ["", ...repositories] : []),
        ...failureLines(failed),
    ].join("\n");
}

export function orphanTable({ backups, failed }: OrphanedBackups, width: number | undefined): string {
    const rows = backups.map((each) => [
        each.database,
        each.id,
        timeText(each.time),
        each.kind,
        each.bytes === undefined ? "" : sizeText(each.bytes),
        placeText(each),
    ]);
    const headings = ["database", "id", "time (UTC)", "kind", "size", "repository"];
    return [
        rows.length > 0
            ? table(headings, rows, { width, dispensable: ["kind", "size", "time (UTC)"] })
            : "there are no orphaned backups of the command's own databases",
        ...failureLines(failed),
    ].join("\n");
}

/** A repository as the flag `--repository` names it. */
export function placeText({ repository, dockerHost }: Pick<OrphanedBackup, "repository" | "dockerHost">): string {
    return `${locationOf(repository).join(":")}${dockerHost === undefined ? "" : ` on ${dockerHost}`}`;
}

/** All about one backup. */
export function backupText(backup: Backup): string {
    const { keys, bytes, sha256 } = backup;
    const where = backup.repositories.map(
        ({ number, location, verified }) => `${number} (${location})${verified ? ", verified" : ""}`,
    );
    const fields: readonly (readonly [string, string | undefined])[] = [
        ["id", backup.id],
        ["database", backup.database],
        ["time", backup.time],
        ["kind", backup.kind],
        ["version", versionText(backup)],
        ["release", backup.release],
        ["keys", keys?.toString()],
        ["size", bytes === undefined ? undefined : `${sizeText(bytes)} (${bytes} bytes)`],
        ["sha256", sha256],
        ...where.map((each) => ["repository", each] as const),
    ];
    return record(
        fields.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, value] as const])),
    );
}

/** A new backup on one line, and the repositories that have not stored it. */
export function newBackupText(name: string, { id, keys, bytes, repositories, failed }: NewBackup): string {
    const facts = [
        ...(keys === undefined ? [] : [`${keys} keys`]),
        ...(bytes === undefined ? [] : [sizeText(bytes)]),
        `in ${repositories.map(({ location }) => location).join(", ")}`,
    ];
    return [`${name}: backup ${id}, ${facts.join(", ")}`, ...failureLines(failed, "not stored in")].join("\n");
}

export function verificationTable(results: readonly Verification[]): string {
    return table(
        ["repository", "backup", "result", "keys", "seconds", "reason"],
        results.map(({ number, id, ok, keys, seconds, reason }) => [
            number,
            id,
            ok ? "ok" : "FAILED",
            keys,
            seconds,
            reason,
        ]),
    );
}

function failureLines(failed: readonly Pick<FailedRepository, "location" | "reason">[], what = "not read:"): string[] {
    return failed.map(({ location, reason }) => `${what} ${location}: ${reason}`);
}

/** The repositories by their numbers. */
function legend(repositories: readonly BackupRepository[]): string[] {
    const names = new Map(repositories.map(({ number, kind, location }) => [number, `${number}: ${kind} ${location}`]));
    return [...names].sort(([one], [other]) => one - other).map(([, name]) => name);
}

/** A time in ISO 8601, to the minute: `2026-11-27 03:15`. */
export const timeText = (time: string) => time.slice(0, 16).replace("T", " ");

function versionText({ engine, version, flavor }: Pick<Backup, "engine" | "version" | "flavor">): string {
    return [engine && engineLabels[engine], version, flavor].filter(Boolean).join(" ");
}
