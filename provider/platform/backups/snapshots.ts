/** Turns restic's snapshots into backups. The tags of a snapshot describe the backup. */
import { nearest } from "../../model/findings";
import { PlatformError } from "../errors";
import type { Backup, BackupList, WantedBackup } from "./backup";
import type { Listed, StoredSnapshot, Tagged } from "./documents";

/** Identifies the snapshots of this package among others in a repository. */
const ours = "redis-database";

/** The backups in several repositories, the newest first. A backup that several have appears once. */
export function backupsIn(listed: readonly Listed[]): BackupList {
    const backups = new Map<string, Backup>();
    for (const each of listed) {
        if (!("snapshots" in each)) continue;
        const { number, kind, location, snapshots } = each;
        for (const snapshot of snapshots) {
            const found = describe(snapshot);
            if (!found) continue;
            const key = `${found.database} ${found.id}`;
            const verified = snapshot.tags?.includes("verified") ?? false;
            const copy = { number, kind, location, verified };
            const known = backups.get(key);
            backups.set(key, { ...(known ?? found), repositories: [...(known?.repositories ?? []), copy] });
        }
    }
    return {
        backups: [...backups.values()].sort((one, other) => Date.parse(other.time) - Date.parse(one.time)),
        failed: listed.flatMap((each) => ("snapshots" in each ? [] : [each])),
    };
}

function describe({ time, hostname, tags }: StoredSnapshot): Tagged | undefined {
    const values = new Map((tags ?? []).map((tag) => splitAt(tag, "=")));
    const id = values.get("id");
    if (!tags?.includes(ours) || id === undefined) return undefined;
    const text = (name: string) => values.get(name) || undefined;
    const number = (name: string) => (/^\d+$/.test(values.get(name) ?? "") ? Number(values.get(name)) : undefined);
    const described = {
        id,
        database: hostname,
        time: new Date(time).toISOString(),
        kind: text("kind") ?? "scheduled",
        engine: text("engine"),
        version: text("version"),
        release: text("release"),
        flavor: text("flavor"),
        keys: number("keys"),
        bytes: number("bytes"),
        sha256: text("sha256"),
    };
    return Object.fromEntries(
        Object.entries(described).filter(([, value]) => value !== undefined),
    ) as unknown as Tagged;
}

function splitAt(text: string, separator: string): [string, string] {
    const [name = "", ...rest] = text.split(separator);
    return [name, rest.join(separator)];
}

/** The requested backup. Throws `backup-unknown` if there is none. */
export function selectBackup({ backups, failed }: BackupList, wanted: WantedBackup, of: string): Backup {
    const matches = ({ id, time }: Backup) =>
        typeof wanted === "object"
            ? Date.parse(time) < Date.parse(wanted.before)
            : wanted === "latest" || id === wanted;
    const found = backups.find(matches);
    if (found) return found;
    const unread = failed.map(({ location, reason }) => `${location} could not be read: ${reason}`);
    const ids = backups.map(({ id }) => id);
    const suggestion = typeof wanted === "string" ? nearest(wanted, ids) : undefined;
    throw new PlatformError(
        "backup-unknown",
        // Whether there are backups is unknown if nothing could be read.
        [...(ids.length === 0 && unread.length > 0 ? [] : [nameOf(wanted, of)]), ...unread].join("; "),
        suggestion === undefined ? remedyOf(ids, failed) : `did you mean "${suggestion}"?`,
        { nearest: suggestion === undefined ? [] : [suggestion] },
    );
}

function remedyOf(ids: readonly string[], failed: BackupList["failed"]): string {
    if (ids.length > 0) return `the latest ones are ${ids.slice(0, 3).join(", ")}`;
    return failed.length > 0 ? "correct the repository, or how it is accessed" : "make a backup first";
}

function nameOf(wanted: WantedBackup, of: string): string {
    if (typeof wanted === "object") return `${of} has no backup from before ${wanted.before}`;
    return wanted === "latest" ? `${of} has no backups yet` : `${of} has no backup "${wanted}"`;
}
