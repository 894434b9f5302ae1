/** Describes the databases and replicas in a checkpoint. Reads nothing that is secret. */
import { persistenceLabel } from "../../model/catalog/flavors";
import { isPastEndOfLife } from "../../model/catalog/listVersions";
import { type Engine, type Flavor, type Version, releaseOf, versions } from "../../model/catalog/versions";
import { type Checkpoint, type StoredResource, isSecret, nameOf } from "./checkpoint";

/** A database or a replica, as its last update recorded it. */
export interface DatabaseInfo {
    readonly handle: string;
    readonly kind: "database" | "replica";
    /** The handle of a replica's database. */
    readonly primary?: string;
    /**
     * `incomplete` if its first update has not succeeded yet, `interrupted` if the last one was stopped half-way,
     * `damaged` if its state cannot be read: restore it from a backup.
     */
    readonly status: "ready" | "incomplete" | "interrupted" | "damaged";
    readonly engine?: Engine;
    readonly version?: Version;
    readonly flavor?: Flavor;
    /** `RDB-Only Persistence` or `NO PERSISTENCE`; absent for `aof`. */
    readonly persistenceLabel?: string;
    /** Date from which the version gets no more fixes, if it is known. */
    readonly endOfLife?: string;
    /** Whether that date has passed. */
    readonly ended: boolean;
    /** Memory limit of the server's container, in MiB. */
    readonly memoryMb?: number;
    /** Requested size of the data, in GB. */
    readonly diskSizeGb?: number;
    readonly host?: string;
    /** The plaintext port, if it is open. */
    readonly port?: number;
    readonly tlsPort?: number;
    readonly containerName?: string;
    /** When the certificate expires, in ISO 8601. */
    readonly certificateExpires?: string;
    /** The Docker host, if the database names one. */
    readonly dockerHost?: string;
    /** When the state was written, in ISO 8601. */
    readonly updated?: string;
}

const types = {
    database: "redis-database:index:RedisDatabase",
    replica: "redis-database:index:RedisReplica",
    container: "docker:index/container:Container",
    provider: "pulumi:providers:docker",
} as const;

/** The database of a stack, followed by its replicas; a stack without any resource has an incomplete database. */
export function databasesIn(handle: string, checkpoint: Checkpoint, today: Date): readonly DatabaseInfo[] {
    const { resources, damaged } = checkpoint;
    const database = resources.find(({ type }) => type === types.database);
    if (!database) return [{ handle, kind: "database", status: damaged ? "damaged" : "incomplete", ended: false }];
    const prefix = `${nameOf(database.urn)}-`;
    const replicas = resources.filter(({ type, parent }) => type === types.replica && parent === database.urn);
    return [
        describe({ handle, kind: "database" }, database, checkpoint, today),
        ...replicas.map((replica) =>
            describe(
                { handle: nameOf(replica.urn).slice(prefix.length), kind: "replica", primary: handle },
                replica,
                checkpoint,
                today,
            ),
        ),
    ];
}

/** Whether a first update has succeeded. Only then does the stack have outputs. */
export function isComplete({ resources }: Checkpoint): boolean {
    return resources.some(
        ({ type, outputs }) => type === "pulumi:pulumi:Stack" && outputs?.specification !== undefined,
    );
}

function describe(
    identity: Pick<DatabaseInfo, "handle" | "kind" | "primary">,
    { urn, inputs, outputs }: StoredResource,
    checkpoint: Checkpoint,
    today: Date,
): DatabaseInfo {
    const read = (name: string) => plainOf(outputs?.[name]);
    const engine = read("engine") as Engine | undefined;
    const version = read("version") as Version | undefined;
    const flavor = read("flavor") as Flavor | undefined;
    const release = engine && version && releaseOf({ engine, version });
    const label = flavor && persistenceLabel(flavor);
    const server = checkpoint.resources.find(({ type, urn: each }) => isServer(type, each, nameOf(urn)));
    // The component declares the types of its outputs.
    const described: { readonly [K in keyof DatabaseInfo]: DatabaseInfo[K] | undefined } = {
        ...identity,
        status: checkpoint.pending.length > 0 ? "interrupted" : isComplete(checkpoint) ? "ready" : "incomplete",
        engine,
        version,
        flavor,
        persistenceLabel: label,
        endOfLife: release && versions[release].endOfLife,
        ended: release !== undefined && isPastEndOfLife(release, today),
        memoryMb: plainOf(server?.inputs?.memory) as number | undefined,
        diskSizeGb: plainOf(inputs?.diskSizeGb) as number | undefined,
        host: read("host") as string | undefined,
        port: read("port") as number | undefined,
        tlsPort: read("tlsPort") as number | undefined,
        containerName: read("containerName") as string | undefined,
        certificateExpires: read("certificateExpires") as string | undefined,
        dockerHost: dockerHostIn(checkpoint),
        updated: checkpoint.written,
    };
    return Object.fromEntries(
        Object.entries(described).filter(([, value]) => value !== undefined),
    ) as unknown as DatabaseInfo;
}

function isServer(type: string, urn: string, component: string): boolean {
    return type === types.container && nameOf(urn) === `${component}-server`;
}

function dockerHostIn({ resources }: Checkpoint): string | undefined {
    const provider = resources.find(({ type, urn }) => type === types.provider && nameOf(urn) === "docker");
    return plainOf(provider?.inputs?.host) as string | undefined;
}

function plainOf(value: unknown): unknown {
    return isSecret(value) ? undefined : value;
}
