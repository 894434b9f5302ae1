/** Runs the command in this process with a platform that touches nothing, and records what it prints and calls. */
import { PassThrough } from "node:stream";
import { run } from "../../../provider/cli/run";
import type { Platform } from "../../../provider/cli/verb";
import { listVersions } from "../../../provider/model/catalog/listVersions";
import { type Backup, type DatabaseInfo, PlatformError, type PlatformOptions } from "../../../provider/platform/index";

export const sessions: DatabaseInfo = {
    handle: "sessions",
    kind: "database",
    stack: "sessions",
    status: "ready",
    engine: "redis",
    version: "7.2",
    flavor: "aof",
    endOfLife: "2029-12-01",
    ended: false,
    memoryMb: 256,
    host: "localhost",
    port: 12000,
    tlsPort: 12001,
    containerName: "sessions-server-1234567",
    backupContainerName: "sessions-backup-1234567",
    owner: "redis/sessions/sessions",
    certificateExpires: "2027-11-26T22:51:52Z",
};

const { backupContainerName: _container, ...withoutBackups } = sessions;

export const copy: DatabaseInfo = {
    ...withoutBackups,
    owner: "redis/sessions/sessions-copy",
    handle: "sessions-copy",
    kind: "replica",
    primary: "sessions",
    tlsPort: 12003,
    containerName: "sessions-copy-server-1234567",
};

export const password = "S3cretS3cretS3cretS3cretS3cret12";

/** What a call printed and did. */
export interface Ended {
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
    /** The methods of the platform that were called, with their arguments. */
    readonly calls: readonly (readonly [method: string, ...args: unknown[]])[];
    /** The options with which the platform was opened; undefined if it was not. */
    readonly opened?: PlatformOptions;
}

export interface Surroundings {
    /** Methods in place of those of the fake. */
    readonly platform?: Partial<Record<keyof Platform, (...args: never[]) => unknown>>;
    /** Whether the streams are terminals. */
    readonly terminal?: boolean;
    /** What a person types. */
    readonly input?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly signal?: AbortSignal;
}

/** Runs `redisdb` with these arguments. */
export async function redisdb(
    args: readonly string[],
    { platform = {}, terminal = false, input, env = {}, signal = new AbortController().signal }: Surroundings = {},
): Promise<Ended> {
    const calls: (readonly [string, ...unknown[]])[] = [];
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    if (input !== undefined) stdin.end(input);
    const streams = [stdin, stdout, stderr].map((stream) => Object.assign(stream, { isTTY: terminal }));
    let opened: PlatformOptions | undefined;
    const exitCode = await run(args, {
        stdin: streams[0] as PassThrough,
        stdout: streams[1] as PassThrough,
        stderr: streams[2] as PassThrough,
        env,
        signal,
        openPlatform(options) {
            opened = options;
            return recording({ ...fake, ...platform } as unknown as Platform, calls);
        },
    });
    const printed = (stream: PassThrough) => ((stream.read() as Buffer | null) ?? "").toString();
    return { exitCode, stdout: printed(stdout), stderr: printed(stderr), calls, ...(opened && { opened }) };
}

/** Methods by which something changes. */
export const changing = ["create", "update", "replicate", "promote", "switchover", "upgrade", "upgradeAll"].concat(
    "rotatePassword",
    "restart",
    "reload",
    "rename",
    "deprovision",
    ...["backup", "copyBackup", "purgeBackup", "restore", "clone"],
);

function recording(platform: Platform, calls: (readonly [string, ...unknown[]])[]): Platform {
    return new Proxy(platform, {
        get(target, name: keyof Platform) {
            const method = target[name] as (...args: unknown[]) => unknown;
            return (...args: unknown[]) => {
                // Options are the same in every call.
                calls.push([name, ...args.filter((each) => !isOptions(each))]);
                return method.apply(target, args);
            };
        },
    });
}

function isOptions(value: unknown): boolean {
    return typeof value === "object" && value !== null && ("onProgress" in value || "signal" in value);
}

const unknown = (handle: string) =>
    new PlatformError("handle-unknown", `there is no database or replica "${handle}"`, 'did you mean "sessions"?', {
        nearest: ["sessions"],
    });

function find(handle: string): Promise<DatabaseInfo> {
    const found = [sessions, copy].find((each) => each.handle === handle);
    return found ? Promise.resolve(found) : Promise.reject(unknown(handle));
}

const repositories = [
    { number: 1, kind: "volume", location: "redis-sessions-sessions-backups", verified: true },
    { number: 2, kind: "s3", location: "https://s3.example.com/backups", verified: false },
] as const;

export const newest: Backup = {
    id: "20261127-031500-9f3a",
    database: "redis/sessions/sessions",
    time: "2026-11-27T03:15:00.000Z",
    kind: "scheduled",
    engine: "redis",
    version: "7.2",
    release: "7.2.4",
    flavor: "aof",
    keys: 1234,
    bytes: 12_900_000,
    sha256: "ab".repeat(32),
    repositories,
};

const oldest: Backup = {
    ...newest,
    id: "20261126-031500-0c1d",
    time: "2026-11-26T03:15:00.000Z",
    repositories: repositories.slice(0, 1),
};
const newBackup = { ...newest, kind: "manual", failed: [] } as const;
const { repositories: _repositories, ...described } = newest;
const orphan = {
    ...described,
    database: "redis/old/old",
    kind: "final",
    repository: { volume: "redis-old-old-backups" },
} as const;
const backupHealth = {
    state: "healthy",
    last: { id: newest.id, time: newest.time, keys: 1234, bytes: 12_900_000 },
    ageSeconds: 3 * 3600,
    intervalSeconds: 24 * 3600,
    next: "2026-11-28T03:15:00Z",
} as const;

/** A platform with `sessions` and its replica `sessions-copy`. */
const fake = {
    create: (handle: string) => Promise.resolve({ ...sessions, handle }),
    get: find,
    list: () => Promise.resolve([sessions, copy]),
    update: find,
    restart: find,
    reload: find,
    rotatePassword: find,
    upgrade: find,
    switchover: find,
    promote: find,
    rename: (_handle: string, handle: string) => Promise.resolve({ ...sessions, handle }),
    replicate: (_handle: string, handle: string) => Promise.resolve({ ...copy, handle }),
    preview: () =>
        Promise.resolve({
            rows: [],
            messages: [{ severity: "info", about: "sessions", text: "sessions: the server restarts on its `volume`" }],
            steps: [
                { resource: "sessions-server", operation: "replace", kind: "container" },
                { resource: "sessions-guard-of-a-change-of-the-data", operation: "create" },
            ],
        }),
    planDeprovision: () => Promise.resolve([{ resource: "sessions-data", operation: "delete", kind: "volume" }]),
    deprovision: (handle: string, confirm: string) => {
        if (confirm === handle) return Promise.resolve({ handle, finalBackups: [newBackup] });
        const error = new PlatformError(
            "validation",
            `"${confirm}" does not confirm the deletion of "${handle}"`,
            "repeat the handle",
            {
                findings: [],
            },
        );
        return Promise.reject(error);
    },
    url: async (handle: string) => {
        await find(handle);
        return {
            url: `redis://app:${password}@localhost:12000`,
            tlsUrl: `rediss://app:${password}@localhost:12001`,
            caCertPem: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        };
    },
    health: (...of: (string | DatabaseInfo)[]) =>
        Promise.resolve(
            [sessions, copy]
                .filter((each) => of.length === 0 || of.includes(each) || of.includes(each.handle))
                .map(({ handle, backupContainerName: name }) => ({
                    handle,
                    state: "healthy",
                    ...(name !== undefined && { backup: backupHealth }),
                })),
        ),
    backup: () => Promise.resolve(newBackup),
    listBackups: () => Promise.resolve({ backups: [newest, oldest], failed: [] }),
    showBackup: (_of: unknown, id: string) =>
        id === newest.id
            ? Promise.resolve(newest)
            : Promise.reject(
                  new PlatformError("backup-unknown", `"sessions" has no backup "${id}"`, "list the backups", {
                      nearest: [],
                  }),
              ),
    copyBackup: () => Promise.resolve(newest),
    purgeBackup: () => Promise.resolve(newest),
    exportBackup: (_of: unknown, _id: string, file: string) => Promise.resolve({ ...newest, file }),
    verifyBackup: () =>
        Promise.resolve([
            { number: 1, id: newest.id, ok: true, keys: 1234, seconds: 2 },
            { number: 2, id: newest.id, ok: true, keys: 1234, seconds: 3 },
        ]),
    orphanedBackups: () => Promise.resolve({ backups: [orphan], failed: [] }),
    restore: (handle: string) => Promise.resolve({ ...sessions, handle }),
    clone: (_of: unknown, handle: string) => Promise.resolve({ ...sessions, handle }),
    wait: (handle: string) => Promise.resolve({ handle, state: "healthy" }),
    drift: () => Promise.resolve([]),
    planUpgrade: () => Promise.resolve([{ handle: "sessions", from: "7.2", to: "8.6", replicas: ["sessions-copy"] }]),
    upgradeAll: (_version: string, { onUpgraded }: { onUpgraded: (each: DatabaseInfo) => void }) => {
        onUpgraded(sessions);
        return Promise.resolve([sessions]);
    },
    versions: () => listVersions(new Date("2026-11-26")),
};
