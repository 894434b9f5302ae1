/** Access to the backups in repositories: through a database's backup container, or without a database. */
import { randomBytes } from "node:crypto";
import { isOnHost, locationOf, type Repository } from "../../model/backup/repositories";
import { accessFiles, repositoryLine, repositoryMounts, resticImage } from "../../model/render/backup";
import { type DockerRunOptions, runDocker } from "../engine/dockerRun";
import type { DockerConnection } from "../options";
import type { Backup, BackupSource, RepositoryAccess } from "./backup";
import { inBackupContainer, printed } from "./container";
import { type Listed, parseList } from "./documents";

export interface BackupStore {
    /** What the backups are of, for messages. */
    readonly name: string;
    /** The snapshots in each repository. */
    list(options: DockerRunOptions): Promise<readonly Listed[]>;
    /** Removes a backup from one repository. */
    purge(backup: Backup, repository: number, options: DockerRunOptions): Promise<void>;
    /** Writes the dump of a backup. */
    export(backup: Backup, repository: number, output: NodeJS.WritableStream, options: DockerRunOptions): Promise<void>;
}

/** The backups of a database. */
export class DatabaseStore implements BackupStore {
    readonly name: string;

    constructor(private readonly source: BackupSource) {
        this.name = `"${source.handle}"`;
    }

    async list(options: DockerRunOptions): Promise<readonly Listed[]> {
        return this.listed(["list"], options);
    }

    /** Those of all databases whose backups are in the same repositories. */
    async listAll(options: DockerRunOptions): Promise<readonly Listed[]> {
        return this.listed(["list", "all"], options);
    }

    async purge({ id }: Backup, repository: number, options: DockerRunOptions): Promise<void> {
        const ended = await inBackupContainer(this.source, ["purge", id, String(repository)], options);
        printed(this.source, `the removal of backup ${id}`, ended);
    }

    async export(
        { id }: Backup,
        repository: number,
        output: NodeJS.WritableStream,
        options: DockerRunOptions,
    ): Promise<void> {
        const ended = await inBackupContainer(this.source, ["export", id, String(repository)], { ...options, output });
        printed(this.source, `the export of backup ${id}`, ended);
    }

    private async listed(verb: readonly string[], options: DockerRunOptions): Promise<readonly Listed[]> {
        const ended = await inBackupContainer(this.source, verb, options);
        const listed = parseList(ended.stdout);
        // It fails if one repository could not be read, and has printed the others.
        if (listed.length === 0) printed(this.source, "the list of backups", ended);
        return listed;
    }
}

/** The backups in repositories without a database. They are read in a container of restic's image. */
export class DetachedStore implements BackupStore {
    readonly name: string;
    private readonly repositories: readonly Repository[];

    constructor(
        private readonly accesses: readonly Omit<RepositoryAccess, "docker">[],
        private readonly docker: DockerConnection | undefined,
    ) {
        this.repositories = accesses.map(({ repository }, index) => {
            const [kind, location] = locationOf(repository);
            const keep = { daily: 0, monthly: 0, yearly: 0, verified: 0 };
            return { number: index + 1, kind, location, appendOnly: false, keep };
        });
        this.name = this.repositories.map(({ location }) => location).join(", ");
    }

    async list(options: DockerRunOptions): Promise<readonly Listed[]> {
        const stdout = await this.run(["list"], "the list of backups", options);
        return parseList(stdout);
    }

    async purge({ id, database }: Backup, repository: number, options: DockerRunOptions): Promise<void> {
        await this.run(["purge", id, String(repository), database], `the removal of backup ${id}`, options);
    }

    async export(
        { id, database }: Backup,
        repository: number,
        output: NodeJS.WritableStream,
        options: DockerRunOptions,
    ): Promise<void> {
        await this.run(["export", id, String(repository), database], `the export of backup ${id}`, {
            ...options,
            output,
        });
    }

    private async run(verb: readonly string[], what: string, options: DockerRunOptions): Promise<string> {
        const mounts = repositoryMounts(this.repositories).map((mount) => {
            const { containerPath } = mount;
            const source = "volumeName" in mount ? mount.volumeName : mount.hostPath;
            return `--volume=${source}:${containerPath}${verb[0] === "purge" ? "" : ":ro"}`;
        });
        const local = this.repositories.every(({ kind }) => isOnHost(kind));
        const args = [
            ...["run", "--rm", "--interactive", `--name=redisdb-backups-${randomBytes(6).toString("hex")}`],
            // Only for the files of the repositories, which belong to root.
            ...["--cap-drop=ALL", "--cap-add=DAC_OVERRIDE", "--security-opt=no-new-privileges", "--read-only"],
            ...["--tmpfs=/desired:mode=0700", "--tmpfs=/tmp", "--memory=512m"],
            ...(local ? ["--network=none"] : []),
            ...mounts,
            ...["--entrypoint=sh", resticImage, "-s", "--", ...verb],
        ];
        const ended = await runDocker(this.docker, args, { ...options, input: this.script() });
        return printed({ handle: this.name }, what, ended);
    }

    /** The script, which first writes the files that it needs: they hold secrets, so they are not arguments. */
    private script(): string {
        // Loaded when it is needed: other operations do without the components.
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would always load it
        const scripts = require("../../components/server/scripts") as typeof import("../../components/server/scripts");
        const files = Object.assign(
            { repositories: this.repositories.map((each) => `${repositoryLine(each)}\n`).join("") },
            ...this.accesses.map((access, index) => {
                const repository = this.repositories[index];
                return repository ? accessFiles(repository, access) : {};
            }),
        ) as Record<string, string>;
        const written = Object.entries(files).map(
            ([name, content]) => `printf %s ${quoted(content)} >/desired/${name}`,
        );
        const paths = "desired=/desired restic=restic cache=/tmp/cache errors=/tmp/errors";
        return ["umask 077", paths, ...written, scripts.script("backup/orphans.sh"), ""].join("\n");
    }
}

function quoted(text: string): string {
    return `'${text.replaceAll("'", "'\\''")}'`;
}
