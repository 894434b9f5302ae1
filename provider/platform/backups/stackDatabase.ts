/** Finds a database in the state of any Pulumi stack, so that its backups can be used without the program. */
import { nearest } from "../../model/findings";
import { PlatformError } from "../errors";
import { type StoredResource, nameOf, parseCheckpoint, revealed } from "../state/checkpoint";
import { ownerIn } from "../state/databases";
import { type GivenBackup, accessesOf } from "./access";
import type { BackupSource, RepositoryAccess } from "./backup";

/** A database or a replica of a Pulumi program. */
export interface StackDatabase extends BackupSource {
    /** The database, as `PROJECT/STACK/NAME`. */
    readonly owner: string;
    /** Its repositories. Complete only if the state was exported with its secrets. */
    readonly repositories: readonly RepositoryAccess[];
    readonly memoryMb?: number;
    readonly diskSizeGb?: number;
}

const components = ["redis-database:index:RedisDatabase", "redis-database:index:RedisReplica"];
const container = "docker:index/container:Container";

/**
 * The database with this name in the state that `pulumi stack export` prints. A restore also needs the secrets, which
 * `--show-secrets` adds.
 *
 * @throws `handle-unknown` with the nearest name
 */
export function stackDatabase(exported: string | Buffer, name: string): StackDatabase {
    const { resources } = parseCheckpoint(Buffer.from(exported));
    const servers = resources.filter(({ type }) => components.includes(type));
    const server = servers.find(({ urn }) => nameOf(urn) === name);
    if (!server) throw unknown(name, servers);
    const made = resources.find(({ type, urn }) => type === container && nameOf(urn) === `${name}-backup`);
    const { host, certPath } = providerOf(made, resources)?.inputs ?? {};
    const { backup, memoryMb, diskSizeGb } = revealed(server.inputs ?? {}) as {
        readonly backup?: GivenBackup;
        readonly memoryMb?: number;
        readonly diskSizeGb?: number;
    };
    const owner = ownerIn(server.urn);
    const docker = {
        ...(typeof host === "string" && { host }),
        ...(typeof certPath === "string" && { certPath }),
    };
    return {
        handle: name,
        owner,
        ...(made && { backupContainerName: String(made.outputs?.name) }),
        ...(docker.host !== undefined && { dockerHost: docker.host }),
        ...(docker.certPath !== undefined && { dockerCertPath: docker.certPath }),
        repositories: backup ? accessesOf(backup, owner).map((access) => ({ ...access, docker })) : [],
        ...(memoryMb !== undefined && { memoryMb }),
        ...(diskSizeGb !== undefined && { diskSizeGb }),
    };
}

/** The provider of a resource: its URN and its ID, which are separated as the parts of the URN. */
function providerOf(
    resource: StoredResource | undefined,
    resources: readonly StoredResource[],
): StoredResource | undefined {
    const urn = resource?.provider?.split("::").slice(0, -1).join("::");
    return resources.find((each) => each.urn === urn);
}

function unknown(name: string, servers: readonly StoredResource[]): PlatformError {
    const names = servers.map(({ urn }) => nameOf(urn));
    const suggestion = nearest(name, names);
    return new PlatformError(
        "handle-unknown",
        `the stack has no database or replica "${name}"`,
        suggestion === undefined
            ? "give the name of a RedisDatabase or a RedisReplica in the program"
            : `did you mean "${suggestion}"?`,
        { nearest: suggestion === undefined ? [] : [suggestion] },
    );
}
