/** A user's project outside of this checkout, with its own Pulumi home, state and npm cache. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { Client, existing } from "../../engine/support/docker";
import { type DockerObject, type StackState, dockerObjects } from "../../engine/support/stackState";

export class EmptyProject {
    private readonly root = mkdtempSync(join(tmpdir(), "package-"));
    /** The project. Everything else that its commands write is next to it. */
    readonly directory = join(this.root, "project");
    private readonly client = new Client();
    private created: DockerObject[] = [];

    /** A project with these files; an object is written as JSON. */
    constructor(
        files: Readonly<Record<string, string | object>>,
        private readonly env: NodeJS.ProcessEnv = {},
    ) {
        mkdirSync(this.directory);
        for (const [name, content] of Object.entries(files)) {
            writeFileSync(
                join(this.directory, name),
                typeof content === "string" ? content : JSON.stringify(content, undefined, 2),
            );
        }
        linkPlugins(join(this.root, "home/plugins"));
        this.run("pulumi stack init test");
    }

    /** Runs a command in the project, and returns its standard output. A failure throws an error with its output. */
    run(command: string): string {
        const { status, stdout, stderr } = spawnSync("bash", ["-ec", command], {
            cwd: this.directory,
            encoding: "utf8",
            maxBuffer: 1 << 26,
            stdio: ["ignore", "pipe", "pipe"],
            env: {
                ...process.env,
                npm_config_audit: "false",
                npm_config_fund: "false",
                PULUMI_HOME: join(this.root, "home"),
                PULUMI_BACKEND_URL: `file://${this.root}`,
                PULUMI_CONFIG_PASSPHRASE: "only-for-this-test",
                PULUMI_NON_INTERACTIVE: "true",
                ...this.env,
            },
        });
        if (status !== 0) throw new Error(`${command} exited with ${status ?? "a signal"}:\n${stdout}\n${stderr}`);
        return stdout;
    }

    /** Runs `pulumi up`, and returns the number of resources by what happened to them, such as `{ created: 15 }`. */
    up(): Record<string, number> {
        try {
            const output = this.run("pulumi up --yes --skip-preview --color never");
            const [, summary = ""] = /\nResources:\n((?: +.*\n)+)/.exec(output) ?? [];
            const counts = [...summary.matchAll(/(\d+) (\w+)/g)];
            return Object.fromEntries(counts.map(([, count = "", what = ""]) => [what, Number(count)] as const));
        } finally {
            this.created.push(...dockerObjects(this.state()));
        }
    }

    state(): StackState {
        const { deployment } = JSON.parse(this.run("pulumi stack export")) as { deployment: Partial<StackState> };
        return { resources: [], ...deployment };
    }

    /** The reply of the database to PING over TLS, with the outputs `tlsUrl` and `caCertPem`. */
    ping(): string {
        const outputs = JSON.parse(this.run("pulumi stack output --json --show-secrets")) as Record<string, string>;
        return this.client.redis(outputs.tlsUrl ?? "", ["PING"], { caCertPem: outputs.caCertPem ?? "" });
    }

    /** Destroys the stack, and expects that it leaves nothing on the Docker host. */
    close(): void {
        this.client.close();
        this.run("pulumi state unprotect --all --yes; pulumi destroy --yes --skip-preview");
        const left = existing(this.created);
        rmSync(this.root, { recursive: true });
        expect(left).toEqual([]);
    }
}

/** The provider plugins that set-up has installed. In directories of the project, since tests install plugins there. */
function linkPlugins(to: string): void {
    const from = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
    for (const plugin of readdirSync(from, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
        mkdirSync(join(to, plugin.name), { recursive: true });
        for (const file of readdirSync(join(from, plugin.name))) {
            symlinkSync(join(from, plugin.name, file), join(to, plugin.name, file));
        }
    }
}
