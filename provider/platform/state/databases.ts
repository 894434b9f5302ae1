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
    /** The name of its Pulumi stack: that of its database for a replica in its group, otherwise its own handle. */
    readonly stack: string;
    /**
     * `incomplete` if its first update has not succeeded yet, `interrupted` if the last one was stopped half-way, `failed`
     * if it failed, `damaged` if its state cannot be read: restore it from a backup. The server may be running all the
     * same.
     */
    readonly status: "ready" | "incomplete" | "interrupted" | "failed" | "damaged";
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
    /** The container that makes its backups; absent if it has none. */
    readonly backupContainerName?: string;
    /** `PROJECT/STACK/NAME`, as its data and its backups name it. */
    readonly owner?: string;
    /** When the certificate expires, in ISO 8601. */
    readonly certificateExpires?: string;
    /** The Docker host, if the database names one. */
    readonly dockerHost?: string;
    /** The directory with the certificates for a `tcp` Docker host, if the database names one. */
    readonly dockerCertPath?: string;
    /** When the state was written, in ISO 8601. */
    readonly updated?: string;
}

const types = {
    database: "redis-database:index:RedisDatabase",
    replica: "redis-database:index:RedisReplica",
    completed: "redis-database:index:CompletedUpdate",
    container: "docker:index/container:Container",
    provider: "pulumi:providers:docker",
    stack: "pulumi:pulumi:Stack",
} as const;

/**
 * The database of a stack, followed by its replicas; or a replica with a stack of its own. A stack without resources has
 * an incomplete database.
 */
export function databasesIn(stack: string, checkpoint: Checkpoint, today: Date): readonly DatabaseInfo[] {
    const { resources, damaged } = checkpoint;
    const replicasOf = (parent: string | undefined) =>
        resources.filter((each) => each.type === types.replica && each.parent === parent);
    const database = resources.find(({ type }) => type === types.database);
    if (database) {
        const prefix = `${nameOf(database.urn)}-`;
        return [
            describe({ handle: stack, kind: "database", stack }, database, checkpoint, today),
            ...replicasOf(database.urn).map((replica) => {
                const handle = nameOf(replica.urn).slice(prefix.length);
                return describe({ handle, kind: "replica", primary: stack, stack }, replica, checkpoint, today);
            }),
        ];
    }
    const program = resources.find(({ type }) => type === types.stack);
    const [separate] = replicasOf(program?.urn);
    if (!separate) {
        const status = damaged ? "damaged" : "incomplete";
        return [{ handle: stack, kind: "database", stack, status, ended: false }];
    }
    const primary = plainOf(program?.outputs?.primary) as string | undefined;
    return [
        describe({ handle: stack, kind: "replica", ...(primary && { primary }), stack }, separate, checkpoint, today),
    ];
}

/** Whether a replica is in its database's group, and so in its stack. */
export function isMember({ kind, stack, handle }: DatabaseInfo): boolean {
    return kind === "replica" && stack !== handle;
}

/** Whether the stack stores a specification, which later operations can change. */
export function hasSpecification({ resources }: Checkpoint): boolean {
    return resources.some(({ type, outputs }) => type === types.stack && outputs?.specification !== undefined);
}

/** Whether nothing is left to do. A failed or interrupted update leaves the specification of the one before it. */
export function isComplete(checkpoint: Checkpoint): boolean {
    const components = checkpoint.resources.filter(({ type }) => type === types.database || type === types.replica);
    return checkpoint.pending.length === 0 && hasSpecification(checkpoint) && components.every(hasOutputs);
}

/** A component registers its outputs when all of its resources exist. A failed update removes them. */
function hasOutputs({ outputs }: StoredResource): boolean {
    return outputs?.containerName !== undefined;
}

function describe(
    identity: Pick<DatabaseInfo, "handle" | "kind" | "primary" | "stack">,
    component: StoredResource,
    checkpoint: Checkpoint,
    today: Date,
): DatabaseInfo {
    const { urn, inputs, outputs } = component;
    const succeeded = hasOutputs(component);
    const read = (name: string) => (succeeded ? plainOf(outputs?.[name]) : undefined);
    // The inputs of the component are those of the last attempt.
    const completed = completedUpdateOf(component, checkpoint)?.inputs;
    const given = (name: string) => plainOf((completed ?? inputs)?.[name]);
    const engine = (read("engine") ?? given("engine") ?? "redis") as Engine;
    const version = (read("version") ?? given("resolvedVersion")) as Version | undefined;
    const flavor = read("flavor") as Flavor | undefined;
    const release = version && releaseOf({ engine, version });
    const label = flavor && persistenceLabel(flavor);
    const containerOf = (suffix: string) =>
        checkpoint.resources.find(
            (each) => each.type === types.container && nameOf(each.urn) === `${nameOf(urn)}-${suffix}`,
        );
    const server = containerOf("server");
    const connection = connectionIn(checkpoint);
    // The component declares the types of its outputs.
    const described: { readonly [K in keyof DatabaseInfo]: DatabaseInfo[K] | undefined } = {
        ...identity,
        status: statusOf(checkpoint, component),
        engine,
        version,
        flavor,
        persistenceLabel: label,
        endOfLife: release && versions[release].endOfLife,
        ended: release !== undefined && isPastEndOfLife(release, today),
        memoryMb: plainOf(server?.inputs?.memory) as number | undefined,
        diskSizeGb: given("diskSizeGb") as number | undefined,
        host: read("host") as string | undefined,
        port: read("port") as number | undefined,
        tlsPort: read("tlsPort") as number | undefined,
        containerName: (read("containerName") ?? plainOf(server?.outputs?.name)) as string | undefined,
        backupContainerName: plainOf(containerOf("backup")?.outputs?.name) as string | undefined,
        owner: ownerIn(urn),
        certificateExpires: read("certificateExpires") as string | undefined,
        dockerHost: connection?.host as string | undefined,
        dockerCertPath: connection?.certPath as string | undefined,
        updated: checkpoint.written,
    };
    return Object.fromEntries(
        Object.entries(described).filter(([, value]) => value !== undefined),
    ) as unknown as DatabaseInfo;
}

function statusOf(checkpoint: Checkpoint, component: StoredResource): DatabaseInfo["status"] {
    const succeeded = hasOutputs(component);
    const completed = completedUpdateOf(component, checkpoint) !== undefined;
    if (!hasSpecification(checkpoint) || !(succeeded || completed)) return "incomplete";
    if (checkpoint.pending.length > 0) return "interrupted";
    return succeeded ? "ready" : "failed";
}

/** The record of the last update that succeeded. */
function completedUpdateOf({ urn }: StoredResource, { resources }: Checkpoint): StoredResource | undefined {
    return resources.find(({ type, parent }) => type === types.completed && parent === urn);
}

/** The URN of a component is `urn:pulumi:STACK::PROJECT::TYPE::NAME`. */
export function ownerIn(urn: string): string {
    const [stack = "", project = ""] = urn.split("::");
    return `${project}/${stack.slice("urn:pulumi:".length)}/${nameOf(urn)}`;
}

/** The inputs of the platform's Docker provider. */
function connectionIn({ resources }: Checkpoint): StoredResource["inputs"] {
    return resources.find(({ type, urn }) => type === types.provider && nameOf(urn) === "docker")?.inputs;
}

function plainOf(value: unknown): unknown {
    return isSecret(value) ? undefined : value;
}
