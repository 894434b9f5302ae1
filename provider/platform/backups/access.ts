/** How to read the repositories of a database without its backup container, from its arguments. */
import { type BackupSpec, isOnHost, locationKinds, locationOf, repositoriesOf } from "../../model/backup/repositories";
import { accessOf } from "../../model/render/backup";
import type { RepositoryAccess, RepositoryCredentials } from "./backup";

/** The argument `backup`, as a program gives it. */
export interface GivenBackup {
    readonly repositories?: readonly GivenRepository[] | undefined;
    readonly encryptionPassword?: string | undefined;
    readonly credentials?: RepositoryCredentials | undefined;
}

type GivenRepository = Omit<GivenBackup, "repositories"> & {
    readonly [kind in (typeof locationKinds)[number]]?: string;
};

/** The repositories in their order. `owner` is the database, as `PROJECT/STACK/NAME`. */
export function accessesOf(backup: GivenBackup, owner: string): readonly Omit<RepositoryAccess, "docker">[] {
    return repositoriesOf(backup as BackupSpec, owner).map(({ number, kind, location }) => {
        const { encryptionPassword, credentials } = accessOf(backup, number);
        return {
            repository: { [kind]: location },
            ...(encryptionPassword !== undefined && { encryptionPassword }),
            ...(credentials && { credentials }),
        };
    });
}

/** Whether a repository is on the Docker host of its database. */
export function isLocal({ repository }: Pick<RepositoryAccess, "repository">): boolean {
    return isOnHost(locationOf(repository)[0]);
}
