/** A Redis server and its backup container, created with Docker only, so that a test can damage what it likes. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { script } from "../../../provider/components/server/scripts";
import { bundle } from "../../../provider/model/render/bundle";
import { docker, until, uniqueName } from "./docker";

const adminPassword = "password-of-the-admin";
const backupPassword = "password-of-the-backup";
const owner = "shop/prod/db";

/** What a command of the backup container returned. */
export interface Ended {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

/** A repository, as a line of the bundle. */
export interface TestRepository {
    readonly kind: "volume" | "s3";
    /** As restic writes it; a volume is mounted at /repositories/NUMBER. */
    readonly at?: string;
    readonly appendOnly?: boolean;
    /** Daily, monthly, yearly and verified backups to keep. */
    readonly keep?: readonly [number, number, number, number];
    /** Further files of the bundle, such as `password`. */
    readonly files?: Readonly<Record<string, string>>;
    /** The options of the volume. */
    readonly volumeOptions?: readonly string[];
}

interface Options {
    readonly image?: string;
    readonly repositories?: readonly TestRepository[];
    readonly settings?: Readonly<Record<string, string>>;
    readonly network?: string;
}

export class BackupContainer {
    readonly server = uniqueName("backups-server");
    readonly backup = uniqueName("backups-backup");
    private readonly notifier = uniqueName("backups-notifier");
    private readonly volumes: string[] = [];
    private readonly settingsVolume = this.volume();
    private readonly filesVolume = this.volume();
    repositoryVolumes: string[] = [];

    constructor(private options: Options = {}) {}

    private get image() {
        return this.options.image ?? "redis:8.6";
    }

    private volume(options: readonly string[] = []): string {
        const name = uniqueName("backups");
        docker("volume", "create", ...options.flatMap((option) => ["--opt", option]), name);
        this.volumes.push(name);
        return name;
    }

    /** Starts the server with the users that the agent would create. */
    async start(): Promise<this> {
        const configuration = [
            "aclfile /settings/acl/users.acl",
            "unixsocket /settings/run/redis.sock",
            "unixsocketperm 770",
            "port 0",
            'save ""',
            // By default, a server waits 5 seconds for further replicas before it sends its data.
            "repl-diskless-sync-delay 0",
        ];
        const users = [
            "user default off",
            `user admin on >${adminPassword} ~* &* +@all`,
            `user backup on >${backupPassword} -@all +sync +psync +replconf +ping`,
        ];
        const prepare = [
            "mkdir -p /settings/run /settings/acl /settings/generations/test",
            "ln -s generations/test /settings/current",
            `printf '%s\\n' ${users.map((line) => `'${line}'`).join(" ")} >/settings/acl/users.acl`,
            "cp /settings/acl/users.acl /settings/current/users.acl",
            `printf '%s\\n' ${configuration.map((line) => `'${line}'`).join(" ")} >/settings/current/redis.conf`,
            `printf ${backupPassword} >/settings/backup.secret`,
            "chown -R 999:999 /settings/run /settings/acl && chmod 700 /settings/acl",
        ].join("\n");
        const settings = `${this.settingsVolume}:/settings`;
        docker("run", "--rm", "--user", "0:0", "-v", settings, this.image, "sh", "-ec", prepare);
        docker(
            "run",
            "-d",
            "--name",
            this.server,
            "--network",
            "none",
            "--user",
            "999:999",
            "-v",
            settings,
            this.image,
            "redis-server",
            "/settings/current/redis.conf",
        );
        const install = ["--network", "none", "--read-only", "--entrypoint", "sh", "restic/restic:0.19.1", "-c"];
        docker("run", "--rm", "-v", `${this.filesVolume}:/backup`, ...install, script("backup/install.sh"));
        await until(() => this.redis("PING") === "PONG");
        return this;
    }

    /** Creates the backup container with new repositories, and empties the server. */
    async renew(options: Options = {}): Promise<void> {
        spawnSync("docker", ["rm", "-f", "-v", this.backup]);
        this.repositoryVolumes = [];
        const files = `${this.filesVolume}:/backup`;
        docker("run", "--rm", "-v", files, "--user", "0:0", this.image, "rm", "-rf", "/backup/status", "/backup/cache");
        this.redis("FLUSHALL");
        await this.startBackup({ repositories: [{ kind: "volume" }], settings: {}, network: "none", ...options });
        await this.firstBackup();
    }

    /** Creates the backup container; a second call replaces it, as a changed argument does. */
    async startBackup(options: Partial<Options> = {}, expected: "healthy" | "refused" = "healthy"): Promise<void> {
        this.options = { ...this.options, ...options };
        const repositories = this.options.repositories ?? [{ kind: "volume" }];
        spawnSync("docker", ["rm", "-f", "-v", this.backup]);
        const mounts = repositories.flatMap(({ kind, volumeOptions }, index) => {
            if (kind !== "volume") return [];
            this.repositoryVolumes[index] ??= this.volume(volumeOptions);
            return ["-v", `${this.repositoryVolumes[index]}:/repositories/${index + 1}`];
        });
        const health = [
            "--health-cmd",
            "sh /backup.sh health",
            "--health-interval",
            "100ms",
            "--health-timeout",
            "60s",
        ];
        docker(
            "create",
            "--name",
            this.backup,
            "--hostname",
            "backup-0123456789abcdef",
            "--user",
            "0:0",
            "--cap-drop",
            "ALL",
            "--cap-add",
            "DAC_OVERRIDE",
            "--security-opt",
            "no-new-privileges",
            "--memory",
            "512m",
            "--network",
            this.options.network ?? "none",
            ...health,
            "-v",
            `${this.settingsVolume}:/settings:ro`,
            "-v",
            `${this.filesVolume}:/backup`,
            ...mounts,
            "--entrypoint",
            "sh",
            this.image,
            "/backup.sh",
            "serve",
        );
        this.upload("/backup.sh", script("backup/backup.sh"));
        this.upload("/desired", this.desired(repositories));
        docker("start", this.backup);
        await until(() => (expected === "healthy" ? this.health() === "healthy" : this.logs().includes("refused: ")));
    }

    private desired(repositories: readonly TestRepository[]): string {
        const numbers = (from: number, to: number) =>
            Array.from({ length: to - from + 1 }, (_, index) => from + index).join(" ");
        const settings = {
            owner,
            engine: "redis",
            version: this.image.replace(/.*:/, ""),
            flavor: "aof",
            minutes: "7",
            hours: "3",
            days: numbers(1, 31),
            months: numbers(1, 12),
            weekdays: numbers(0, 6),
            either_day: "no",
            interval_seconds: "86400",
            // By default, a test calls the verification itself.
            verify_seconds: "",
            memory_mb: "256",
            ...this.options.settings,
        };
        const lines = repositories.map(({ kind, at, appendOnly, keep }, index) =>
            [
                index + 1,
                kind,
                at ?? `/repositories/${index + 1}`,
                appendOnly ? "yes" : "no",
                ...(keep ?? [30, 12, 6, 3]),
                `repository-${index + 1}`,
            ].join("\t"),
        );
        const files = repositories.flatMap((repository, index) =>
            Object.entries(repository.files ?? {}).map(([name, text]) => [`${index + 1}.${name}`, text] as const),
        );
        return bundle({
            settings: Object.entries(settings)
                .map(([name, value]) => `${name}=${value}\n`)
                .join(""),
            repositories: lines.join("\n"),
            ...Object.fromEntries(files),
        });
    }

    /** Creates a notifier on the host's network, and returns its name. */
    startNotifier(url: string): string {
        const files = `${this.filesVolume}:/backup:ro`;
        const run = ["--user", "0:0", "--cap-drop", "ALL", "--network", "host", "-v", files, "--entrypoint", "sh"];
        docker("create", "--name", this.notifier, ...run, "curlimages/curl:8.14.1", "/notify.sh", "serve");
        this.upload("/notify.sh", script("backup/notify.sh"), this.notifier);
        this.upload("/desired", bundle({ settings: `owner=${owner}`, url }), this.notifier);
        docker("start", this.notifier);
        return this.notifier;
    }

    private upload(path: string, text: string, container = this.backup): void {
        const file = join(mkdtempSync(join(tmpdir(), "redis-database-backups-")), "file");
        writeFileSync(file, text);
        docker("cp", "-q", file, `${container}:${path}`);
        rmSync(dirname(file), { recursive: true });
    }

    health(): string {
        return docker("inspect", this.backup, "--format", "{{.State.Health.Status}}");
    }

    logs(container = this.backup): string {
        const { stdout, stderr } = spawnSync("docker", ["logs", container], { encoding: "utf8" });
        return stdout + stderr;
    }

    /** Runs a command of the backup container. */
    command(...args: string[]): Ended {
        const { status, stdout, stderr } = spawnSync("docker", ["exec", this.backup, "sh", "/backup.sh", ...args], {
            encoding: "utf8",
            maxBuffer: 1 << 28,
        });
        return { status, stdout, stderr };
    }

    /** Starts a command, and returns when it has ended. */
    commandInBackground(...args: string[]): Promise<Ended> {
        return new Promise((resolve) => {
            const child = spawn("docker", ["exec", this.backup, "sh", "/backup.sh", ...args]);
            let [stdout, stderr] = ["", ""];
            child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
            child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
            child.on("close", (status) => {
                resolve({ status, stdout, stderr });
            });
        });
    }

    /** Waits for the first backup of the database, which is made at once. */
    async firstBackup(): Promise<void> {
        const done = "test -s /backup/status/run && flock -n /backup/lock true && echo done";
        await until(() => spawnSync("docker", ["exec", this.backup, "sh", "-c", done]).status === 0);
    }

    /** Runs a shell command in the backup container. */
    shell(command: string): string {
        return docker("exec", this.backup, "sh", "-c", command);
    }

    /** Runs restic itself on a repository in a volume, in a container of its own. */
    restic(number: number, command: string): string {
        const mount = `${this.repositoryVolumes[number - 1]}:/repository`;
        const script = `export RESTIC_REPOSITORY=/repository TZ=UTC; restic() { command restic --insecure-no-password "$@"; }; ${command}`;
        return docker(
            "run",
            "--rm",
            "--network",
            "none",
            "-v",
            mount,
            "--entrypoint",
            "sh",
            "restic/restic:0.19.1",
            "-ec",
            script,
        );
    }

    /** The backups of the database in a repository, oldest first: their tags by name. */
    backups(number = 1): Record<string, string>[] {
        const list = JSON.parse(this.restic(number, "restic snapshots --no-lock --json")) as {
            time: string;
            tags: string[];
        }[];
        const byTime = list.sort((one, other) => Date.parse(one.time) - Date.parse(other.time));
        return byTime.map(({ time, tags }) => ({
            time,
            ...Object.fromEntries(tags.map((tag) => tag.split("=", 2) as [string, string])),
        }));
    }

    /** Sends a command to the server, or several of them on standard input. */
    redis(...command: string[]): string {
        const cli = ["redis-cli", "-s", "/settings/run/redis.sock", "--user", "admin", "--no-auth-warning"];
        const { stdout, stderr } = spawnSync(
            "docker",
            ["exec", "-i", "-e", "REDISCLI_AUTH", this.server, ...cli, ...command],
            {
                encoding: "utf8",
                env: { ...process.env, REDISCLI_AUTH: adminPassword },
            },
        );
        return (stdout + stderr).trim();
    }

    /** Adds keys with random values of a megabyte, which cannot be compressed. */
    fill(megabytes: number): void {
        const cli = "redis-cli -s /settings/run/redis.sock --user admin --no-auth-warning";
        const command = `for i in $(seq ${megabytes}); do head -c 1000000 /dev/urandom | ${cli} -x SET large$i; done`;
        const env = { ...process.env, REDISCLI_AUTH: adminPassword };
        spawnSync("docker", ["exec", "-e", "REDISCLI_AUTH", this.server, "sh", "-c", command], { env });
    }

    /** Adds small keys. */
    addKeys(count: number): void {
        this.redis("EVAL", `for i = 1, ${count} do redis.call('SET', 'small' .. i, i) end`, "0");
    }

    close(): void {
        spawnSync("docker", ["rm", "-f", "-v", this.backup, this.notifier, this.server]);
        for (const volume of this.volumes) spawnSync("docker", ["volume", "rm", "-f", volume]);
    }
}
