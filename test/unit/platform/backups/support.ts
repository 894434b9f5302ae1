/** What restic and backup containers print. */
import type { BackupSource } from "../../../../provider/platform/index";

export const source: BackupSource = { handle: "sessions", backupContainerName: "sessions-backup-0a1b2c3" };

export const owner = "redis/sessions/sessions";

interface Fields {
    readonly database?: string;
    readonly kind?: string;
    readonly verified?: boolean;
    readonly sha256?: string;
    readonly version?: string;
}

/** A snapshot as restic lists it. The ID of the backup contains its time. */
export function snapshot(
    id: string,
    { database = owner, kind = "scheduled", verified = false, sha256 = "ab12", version = "8.6" }: Fields = {},
) {
    const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(id) ?? [];
    const described = [
        "engine=redis",
        `version=${version}`,
        `release=${version}.1`,
        "flavor=aof",
        "keys=3",
        "bytes=2048",
    ];
    return {
        time: `${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}.123456789Z`,
        tree: "feed",
        paths: ["/dump.rdb"],
        hostname: database,
        username: "root",
        tags: [
            "redis-database",
            `id=${id}`,
            `kind=${kind}`,
            ...described,
            `sha256=${sha256}`,
            ...(verified ? ["verified"] : []),
        ],
        id: "0".repeat(64),
        short_id: "00000000",
    };
}

export const oldest = "20261125-031500-0001";
export const newest = "20261127-031500-0002";

/** A line of `list`. */
export const listed = (repository: number, location: string, snapshots: readonly object[] | null, kind = "volume") =>
    JSON.stringify({ repository, kind, location, snapshots });

export const unread = (repository: number, location: string, error: string) =>
    JSON.stringify({ repository, kind: "s3", location, error });

/** What `run` prints last. */
export function made(...repositories: readonly { readonly ok: boolean; readonly reason: string | null }[]): string {
    return JSON.stringify({
        ...{ id: newest, time: "2026-11-27T03:15:00Z", database: owner, kind: "manual", engine: "redis" },
        ...{ version: "8.6", release: "8.6.1", flavor: "aof", keys: 3, bytes: 2048, sha256: "ab12" },
        repositories: repositories.map((each, index) => ({
            number: index + 1,
            kind: "volume",
            location: `volume-${index + 1}`,
            ...each,
        })),
    });
}

/** A shell command that prints these lines. */
export const prints = (...lines: readonly string[]) =>
    lines.map((line) => `printf '%s\\n' '${line.replaceAll("'", "'\\''")}'`).join("\n");
