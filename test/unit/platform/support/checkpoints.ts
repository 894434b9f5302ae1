/** Checkpoints in the form in which the CLI writes them. */

/** How Pulumi marks a secret value, in the state of a stack. */
export const secret = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "ciphertext": "v1:secret",
};

export const urnOf = (type: string, name: string) => `urn:pulumi:sessions::redis::${type}::${name}`;

interface Resource {
    readonly type: string;
    readonly name: string;
    readonly parent?: string;
    readonly inputs?: object;
    readonly outputs?: object;
}

/** The JSON of a checkpoint with these resources. `more` has further fields of its deployment. */
export function checkpointOf(resources: readonly Resource[], more: object = {}): Buffer {
    const stored = resources.map(({ name, ...rest }) => ({ urn: urnOf(rest.type, name), ...rest }));
    const manifest = { time: "2026-11-26T22:00:00.5Z", magic: "", version: "v3.256.0" };
    const latest = { manifest, resources: stored, ...more };
    return Buffer.from(JSON.stringify({ version: 3, checkpoint: { stack: "organization/redis/sessions", latest } }));
}

const database = "redis-database:index:RedisDatabase";
const replica = "redis-database:index:RedisReplica";

/** A database `sessions` with a replica `sessions-copy`, as a completed update leaves them. */
export const complete: readonly Resource[] = [
    {
        type: "pulumi:pulumi:Stack",
        name: "redis-sessions",
        outputs: { specification: secret, connections: secret },
    },
    { type: "pulumi:providers:docker", name: "docker", inputs: { host: "ssh://ops@redis.example.com" } },
    {
        type: database,
        name: "sessions",
        inputs: { diskSizeGb: 8, passwordVersion: 2 },
        outputs: {
            engine: "redis",
            version: "4.0",
            flavor: "rdb",
            host: "redis.example.com",
            port: 6379,
            tlsPort: 6380,
            containerName: "sessions-server-0a1b2c3",
            certificateExpires: "2027-11-26T22:00:00.000Z",
            url: secret,
        },
    },
    { type: "docker:index/container:Container", name: "sessions-server", inputs: { memory: 512 } },
    {
        type: replica,
        name: "sessions-copy",
        parent: urnOf(database, "sessions"),
        inputs: {},
        outputs: { engine: "redis", version: "4.0", flavor: "nordb", containerName: secret },
    },
    { type: "docker:index/container:Container", name: "sessions-copy-server", inputs: { memory: 256 } },
];

/** The same without the outputs of one component, as an interrupted update leaves it. */
export function withoutOutputs(name: string): readonly Resource[] {
    return complete.map((each) => (each.name === name ? { ...each, outputs: {} } : each));
}
