/** The repositories of a database's backups, and how long they keep them. */

export const locationKinds = ["volume", "path", "s3", "sftp", "rest"] as const;
export type LocationKind = (typeof locationKinds)[number];

/** Exactly one of them is set. */
export type Location = { readonly [kind in LocationKind]?: string };

/** How many backups are kept. */
export interface Keep {
    readonly daily: number;
    readonly monthly: number;
    readonly yearly: number;
    readonly verified: number;
}

export const defaultKeep: Keep = { daily: 30, monthly: 12, yearly: 6, verified: 3 };
export const defaultSchedule = "daily";
export const verifyPeriods = ["day", "week", "month", "never"] as const;
export const defaultVerifyEvery = "week";

export interface RepositorySpec extends Location {
    readonly keep?: Partial<Keep>;
    readonly appendOnly: boolean;
}

/** The argument `backup` with its defaults and without secrets. */
export interface BackupSpec {
    readonly repositories?: readonly RepositorySpec[];
    readonly schedule: string;
    readonly keep?: Partial<Keep>;
    readonly verifyEvery: (typeof verifyPeriods)[number];
}

export function locationOf(location: Location): [kind: LocationKind, value: string] {
    const kind = locationKinds.find((each) => location[each] !== undefined) ?? "volume";
    return [kind, location[kind] ?? ""];
}

/** Whether the repository is on the Docker host, where the backup container mounts it. */
export function isOnHost(kind: LocationKind): boolean {
    return kind === "volume" || kind === "path";
}

export function keepOf({ keep }: BackupSpec, repository?: RepositorySpec): Keep {
    return { ...defaultKeep, ...keep, ...repository?.keep };
}

/** The name of the default repository, a Docker volume. */
export function defaultVolume(owner: string): string {
    return `${owner.replace(/[^\w.-]+/g, "-").replace(/^[^a-zA-Z0-9]+/, "")}-backups`;
}

/** The repositories as the program names them. */
export function locationNames({ repositories }: BackupSpec): string[] {
    return repositories?.map((each) => locationOf(each)[1]) ?? ["the default volume"];
}

/** A repository of a database. */
export interface Repository {
    /** Its number, from 1 on, in the order of the program. */
    readonly number: number;
    readonly kind: LocationKind;
    /** As the program names it. */
    readonly location: string;
    readonly appendOnly: boolean;
    readonly keep: Keep;
}

export function repositoriesOf(backup: BackupSpec, owner: string): Repository[] {
    const given = backup.repositories ?? [{ volume: defaultVolume(owner), appendOnly: false }];
    return given.map((each, index) => {
        const [kind, location] = locationOf(each);
        return { number: index + 1, kind, location, appendOnly: each.appendOnly, keep: keepOf(backup, each) };
    });
}
