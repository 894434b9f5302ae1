/** What a platform works with: its backend, its secrets, its Docker host. Everything has a default. */
import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** How the Docker provider reaches a host. The default is the local Docker engine. */
export interface DockerConnection {
    /** Such as `unix:///var/run/docker.sock`, `tcp://redis.example.com:2376` or `ssh://ops@redis.example.com`. */
    readonly host?: string;
    /** Directory with `ca.pem`, `cert.pem` and `key.pem`, for a `tcp` host. */
    readonly certPath?: string;
    /** Options for ssh, for an `ssh` host. */
    readonly sshOpts?: readonly string[];
}

export interface PlatformOptions {
    /**
     * The Pulumi backend that stores the state: `file://…`, `s3://…`, `https://api.pulumi.com`, or any other URL that
     * `pulumi login` accepts. The library reads states in files and in S3 directly, and others through the CLI, which
     * takes about a second for each database. The default is a directory in `dataDirectory`.
     */
    readonly backendUrl?: string;
    /** Pulumi project that all databases belong to. The default is `redis`. */
    readonly project?: string;
    /** Separates databases with the same handle, such as `staging`. The default is none. */
    readonly environment?: string;
    /**
     * How Pulumi encrypts secrets in the state: `passphrase` (default), or the URL of a key service that
     * `pulumi stack init --secrets-provider` accepts.
     */
    readonly secretsProvider?: string;
    /** File with the passphrase. The default is one in `dataDirectory`, which is created with a random passphrase. */
    readonly passphraseFile?: string;
    /** The Docker host of new databases. A database remembers its own. */
    readonly docker?: DockerConnection;
    /** Directory of the Pulumi CLI with its plugins. The default is the CLI's, `~/.pulumi`. */
    readonly pulumiHome?: string;
    /** The CLI. The default is the `pulumi` on the PATH. */
    readonly pulumiCommand?: string;
    /** Directory for the state, the passphrase and work files. The default is `redisdb` in the user's data directory. */
    readonly dataDirectory?: string;
    /** How many operations run at once; more wait. The default is 4. */
    readonly concurrency?: number;
    /**
     * Seconds that the CLI has to end when an operation is cancelled, as a whole number. Then it is killed, and the next
     * operation repairs the state. The default is 6.
     */
    readonly stopSeconds?: number;
}

/** Options with their defaults. */
export interface Settings {
    readonly backendUrl: string;
    readonly project: string;
    readonly secretsProvider: string;
    readonly docker?: DockerConnection;
    readonly pulumiCommand: string;
    readonly workDirectory: string;
    readonly concurrency: number;
    /** Seconds between the two signals that stop a cancelled command. */
    readonly stopSeconds: number;
    /** Environment variables for the CLI, in addition to those of this process; undefined removes one. */
    readonly env: Readonly<Record<string, string | undefined>>;
}

/** Creates the directories and the passphrase that do not exist yet. */
export function settingsFrom(options: PlatformOptions, environment: NodeJS.ProcessEnv = process.env): Settings {
    const dataDirectory = options.dataDirectory ?? join(userDataDirectory(environment), "redisdb");
    const workDirectory = join(dataDirectory, "work");
    mkdirSync(workDirectory, { recursive: true, mode: 0o700 });
    const backendUrl = options.backendUrl ?? `file://${join(dataDirectory, "state")}`;
    if (backendUrl.startsWith("file://")) mkdirSync(pathOf(backendUrl), { recursive: true, mode: 0o700 });
    const { project = "redis", secretsProvider = "passphrase" } = options;
    const passphraseFile = options.passphraseFile ?? join(dataDirectory, "passphrase");
    if (secretsProvider === "passphrase") createPassphrase(passphraseFile);
    return {
        backendUrl,
        project: options.environment === undefined ? project : `${project}-${options.environment}`,
        secretsProvider,
        ...(options.docker && { docker: options.docker }),
        pulumiCommand: options.pulumiCommand ?? "pulumi",
        workDirectory,
        concurrency: options.concurrency ?? 4,
        stopSeconds: options.stopSeconds ?? 6,
        env: {
            PULUMI_BACKEND_URL: backendUrl,
            PULUMI_SKIP_UPDATE_CHECK: "true",
            // --event-log requires it.
            PULUMI_DEBUG_COMMANDS: "true",
            ...(options.pulumiHome !== undefined && { PULUMI_HOME: options.pulumiHome }),
            ...(secretsProvider === "passphrase" && {
                PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
                // The CLI would prefer the passphrase in the environment of this process.
                PULUMI_CONFIG_PASSPHRASE: undefined,
            }),
        },
    };
}

/** The directory of a `file://` backend. Pulumi also accepts `file://~`. */
export function pathOf(fileUrl: string): string {
    const rest = fileUrl.slice("file://".length);
    return rest.startsWith("~") ? join(homedir(), rest.slice(1)) : fileURLToPath(fileUrl);
}

function userDataDirectory({ XDG_DATA_HOME, HOME = homedir() }: NodeJS.ProcessEnv): string {
    if (XDG_DATA_HOME) return XDG_DATA_HOME;
    return process.platform === "darwin" ? join(HOME, "Library/Application Support") : join(HOME, ".local/share");
}

function createPassphrase(file: string): void {
    if (existsSync(file)) return;
    // Another process may create it at the same time. Both must use the same one, and neither an incomplete one.
    const complete = `${file}.${randomBytes(8).toString("hex")}`;
    writeFileSync(complete, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
    try {
        linkSync(complete, file);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
        rmSync(complete);
    }
}
