/** Finds backups whose database no longer exists. */
import limit from "p-limit";
import { type Location, defaultVolume, isOnHost } from "../../model/backup/repositories";
import type { OperationOptions } from "../engine/databaseStack";
import { volumesWithBackups, volumesOn } from "../engine/dockerHost";
import { PlatformError } from "../errors";
import type { DockerConnection } from "../options";
import type { DatabaseInfo } from "../state/databases";
import type { Backup, FailedRepository, RepositoryAccess } from "./backup";
import { dockerOf } from "./container";
import { backupsIn } from "./snapshots";
import type { Listed } from "./documents";
import { DatabaseStore, DetachedStore } from "./stores";

/** A backup whose database no longer exists, in one repository. */
export interface OrphanedBackup extends Omit<Backup, "repositories"> {
    /** Where it is, as a value for `restoreFrom.repository`. */
    readonly repository: Location;
    /** The Docker host of a volume or a path, if it is not the default one. */
    readonly dockerHost?: string;
}

export interface OrphanedBackups {
    readonly backups: readonly OrphanedBackup[];
    /** The repositories that could not be read. */
    readonly failed: readonly Pick<FailedRepository, "location" | "reason">[];
}

/** What is known of the databases that exist. */
export interface Known {
    readonly databases: readonly DatabaseInfo[];
    /** The project of the platform. Databases of other projects are not known, so their backups are never orphaned. */
    readonly project: string;
    /** The Docker host of new databases. */
    readonly docker: DockerConnection | undefined;
}

/** How the reason ends for which a location without a repository cannot be read. */
const noRepository = "[redis-database/repository-not-found]";

/** How many backup containers are asked at once. */
const askedAtOnce = 8;

/**
 * Searches the repositories of the existing databases, the Docker volumes that deleted databases used without naming them,
 * or only the given repository.
 */
export async function orphanedBackups(
    known: Known,
    only: RepositoryAccess | undefined,
    { signal }: OperationOptions,
): Promise<OrphanedBackups> {
    const options = { ...(signal && { signal }) };
    const found = only
        ? [
              {
                  docker: only.docker ?? known.docker,
                  listed: await new DetachedStore([only], only.docker ?? known.docker).list(options),
              },
          ]
        : [...(await besideDatabases(known, options)), ...(await inVolumes(known, options))];
    const exists = existing(known);
    const backups = new Map<string, OrphanedBackup>();
    for (const { docker, listed } of found) {
        for (const { repositories, ...backup } of backupsIn(listed).backups) {
            if (exists(backup.database)) continue;
            for (const { kind, location } of repositories) {
                const host = isOnHost(kind) ? docker?.host : undefined;
                const orphan = {
                    ...backup,
                    repository: { [kind]: location },
                    ...(host !== undefined && { dockerHost: host }),
                };
                // Several databases can use the same repository.
                backups.set(JSON.stringify([backup.database, backup.id, kind, location, host]), orphan);
            }
        }
    }
    const failed = found.flatMap(({ listed }) => backupsIn(listed).failed);
    return {
        backups: [...backups.values()].sort(
            (one, other) => one.database.localeCompare(other.database) || Date.parse(other.time) - Date.parse(one.time),
        ),
        failed: failed.map(({ location, reason }) => ({ location, reason })),
    };
}

interface Found {
    readonly docker: DockerConnection | undefined;
    readonly listed: readonly Listed[];
}

/** The backups in the repositories of existing databases. */
async function besideDatabases({ databases }: Known, options: { readonly signal?: AbortSignal }): Promise<Found[]> {
    const slots = limit(askedAtOnce);
    const sources = databases.filter(({ backupContainerName }) => backupContainerName !== undefined);
    return Promise.all(
        sources.map((source) =>
            slots(async (): Promise<Found> => {
                const docker = dockerOf(source);
                try {
                    return { docker, listed: await new DatabaseStore(source).listAll(options) };
                } catch (error) {
                    if (!PlatformError.is(error, "backup-failed")) throw error;
                    const failed = {
                        number: 0,
                        kind: "volume",
                        location: `the repositories of "${source.handle}"`,
                    } as const;
                    return { docker, listed: [{ ...failed, reason: error.message }] };
                }
            }),
        ),
    );
}

/** The backups in volumes with a default name to which no container makes backups, also none of another state. */
async function inVolumes(
    { databases, project, docker }: Known,
    options: { readonly signal?: AbortSignal },
): Promise<Found[]> {
    const hosts = new Map(
        [docker ?? {}, ...databases.map(dockerOf)].map((each) => [JSON.stringify([each.host, each.certPath]), each]),
    );
    return Promise.all(
        [...hosts.values()].map(async (host): Promise<Found> => {
            const prefix = defaultVolume(project).replace(/backups$/, "");
            const volumes = (await answered(volumesOn(host))).filter(
                (name) => name.startsWith(prefix) && name.endsWith("-backups"),
            );
            const used = volumes.length > 0 ? await answered(volumesWithBackups(host)) : [];
            const unused = volumes.filter((name) => !used.includes(name));
            if (unused.length === 0) return { docker: host, listed: [] };
            const accesses = unused.map((volume) => ({ repository: { volume } }));
            const listed = await new DetachedStore(accesses, host).list(options);
            // A volume can have such a name for another reason.
            const found = listed.filter((each) => !("reason" in each) || !each.reason.endsWith(noRepository));
            return { docker: host, listed: found };
        }),
    );
}

async function answered<T>(answer: Promise<T>): Promise<T> {
    try {
        return await answer;
    } catch (error) {
        throw new PlatformError(
            "docker-unreachable",
            `the Docker host does not answer: ${(error as Error).message}`,
            "start Docker there, or correct the connection, then repeat the operation",
            {},
        );
    }
}

/** Whether a database exists, or may exist: those of other projects and in states that cannot be read are not known. */
function existing({ databases, project }: Known): (owner: string) => boolean {
    const owners = new Set(databases.map(({ owner }) => owner));
    const unread = new Set(databases.filter(({ owner }) => owner === undefined).map(({ stack }) => stack));
    return (owner) => {
        const [ofProject, stack = ""] = owner.split("/");
        return ofProject !== project || owners.has(owner) || unread.has(stack);
    };
}
