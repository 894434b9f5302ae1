/** Databases, versions and upgrades in words. */
import { engineLabels } from "../../model/catalog/versions";
import type { ListedVersion } from "../../model/catalog/listVersions";
import type { BackupHealth, DatabaseInfo, Health, PlannedUpgrade, Preview, Step } from "../../platform/index";
import { lastBackupText } from "./backups";
import { table } from "./table";

/** A database on one line. */
export function summaryOf(database: DatabaseInfo): string {
    const { handle, kind, primary, memoryMb, host, tlsPort, status } = database;
    const role = kind === "replica" ? `replica of ${primary ?? ""}` : "";
    const facts = [
        softwareOf(database),
        role,
        memoryMb === undefined ? "" : `${memoryMb} MiB`,
        host === undefined || tlsPort === undefined ? "" : `${host}:${tlsPort} (TLS)`,
        status === "ready" ? "" : status,
    ];
    return `${handle}: ${facts.filter(Boolean).join(", ")}`;
}

export function databaseTable(databases: readonly DatabaseInfo[], health: readonly Health[]): string {
    const states = new Map(health.map(({ handle, state }) => [handle, state]));
    const backups = backupsOf(health);
    return table(
        [
            "handle",
            "replica of",
            "version",
            "persistence",
            "end of life",
            "MiB",
            "disk GB",
            "certificate until",
            "status",
            "health",
            ...(backups.size > 0 ? ["last backup"] : []),
        ],
        databases.map((each) => [
            each.handle,
            each.primary,
            each.engine && each.version && `${engineLabels[each.engine]} ${each.version}`,
            each.persistenceLabel ?? each.flavor,
            endOfLifeOf(each),
            each.memoryMb,
            each.diskSizeGb,
            each.certificateExpires?.slice(0, 10),
            each.status,
            states.get(each.handle),
            ...(backups.size > 0 ? [lastBackupText(backups.get(each.handle))] : []),
        ]),
    );
}

export function versionTable(versions: readonly ListedVersion[]): string {
    return table(
        ["engine", "version", "persistence", "end of life"],
        versions.map((each) => [engineLabels[each.engine], each.name, each.label, endOfLifeOf(each)]),
    );
}

export function healthTable(health: readonly Health[]): string {
    const backups = backupsOf(health);
    return table(
        ["handle", "health", ...(backups.size > 0 ? ["last backup"] : []), "reason"],
        health.map(({ handle, state, reason, backup }) => [
            handle,
            state,
            ...(backups.size > 0 ? [lastBackupText(backup)] : []),
            // What is remarkable about backups does not make a database unhealthy.
            [reason, backup?.alarm && `alarm: ${backup.alarm}`].filter(Boolean).join("; "),
        ]),
    );
}

/** The health of the backups, by handle; of databases without backups, there is none. */
function backupsOf(health: readonly Health[]): ReadonlyMap<string, BackupHealth> {
    return new Map(health.flatMap(({ handle, backup }) => (backup ? [[handle, backup] as const] : [])));
}

export function upgradeTable(planned: readonly PlannedUpgrade[]): string {
    return table(
        ["handle", "from", "to", "replicas first"],
        planned.map(({ handle, from, to, replicas }) => [handle, from, to, replicas.join(", ")]),
    );
}

export function previewText({ messages, steps }: Preview): string {
    // Messages mark code as in Markdown.
    const explanations = messages.map(({ text }) => text.replaceAll("`", ""));
    return [...explanations, ...(steps.length > 0 ? [stepTable(steps)] : ["nothing changes"])].join("\n");
}

/** Containers and volumes, and the number of other resources: those exist only for Pulumi. */
export function stepTable(steps: readonly Step[]): string {
    const [shown, others] = [visible(steps), hiddenNote(steps)];
    const rows = shown.map(({ resource, operation }) => [resource, operation]);
    return [...(rows.length > 0 ? [table(["resource", "operation"], rows)] : []), ...others].join("\n");
}

export const visible = (steps: readonly Step[]) => steps.filter(({ kind }) => kind !== undefined);

/** A line about the steps that are not visible; none if all are. */
export function hiddenNote(steps: readonly Step[]): string[] {
    const hidden = steps.length - visible(steps).length;
    if (hidden === 0) return [];
    const containers = hidden < steps.length ? "and " : "";
    return [`${containers}${hidden} internal ${hidden === 1 ? "resource" : "resources"}`];
}

function softwareOf({ engine, version, flavor, persistenceLabel }: DatabaseInfo): string {
    if (engine === undefined || version === undefined) return "";
    return [engineLabels[engine], version, persistenceLabel ?? flavor].filter(Boolean).join(" ");
}

interface Supported {
    readonly version?: string;
    readonly endOfLife?: string;
    readonly ended: boolean;
}

/** Empty for a database whose version is not known yet. */
function endOfLifeOf({ version, endOfLife, ended }: Supported): string {
    if (version === undefined) return "";
    return `${endOfLife ?? "not announced"}${ended ? " (past)" : ""}`;
}
