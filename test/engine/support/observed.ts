/** What a person looks at first when an engine test has failed: the last words of the containers and of Pulumi. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { secretLines } from "./stackState";

const [containerLines, pulumiLines] = [30, 60];

interface Observed {
    readonly title: string;
    /** What the CLI printed. */
    readonly logFile: string;
    /** For each Docker host the `docker` command's arguments, and the names of the stack's containers there. */
    readonly hosts: readonly { readonly docker: readonly string[]; readonly containers: () => string[] }[];
    /** The state with its secrets. */
    readonly exported: () => Promise<unknown>;
}

/** Nothing is shown unless it is known what is secret. */
export async function observed({ title, logFile, hosts, exported }: Observed): Promise<string> {
    try {
        const secrets = secretLines(await exported());
        const parts = [
            ...hosts.flatMap((host) => namesOf(host).map((name) => [name, logsOf(name, host.docker)] as const)),
            [`the end of ${logFile}`, lastLines(readFileSync(logFile, "utf8"), pulumiLines)] as const,
        ];
        const text = parts.map(([heading, said]) => `---- ${heading}\n${said}\n`).join("");
        return `\n==== What was observed in ${title}\n${withoutSecrets(text, secrets)}====\n\n`;
    } catch (error) {
        return `\n==== What was observed in ${title} could not be read: ${String(error)}\n\n`;
    }
}

/** A host may be one that a test has switched off. */
function namesOf({ containers }: Observed["hosts"][number]): string[] {
    try {
        return containers();
    } catch {
        return [];
    }
}

function logsOf(name: string, docker: readonly string[]): string {
    const args = [...docker, "logs", "--timestamps", "--tail", String(containerLines), name];
    const { stdout, stderr } = spawnSync("docker", args, { encoding: "utf8", timeout: 10_000 });
    // Docker gives each of the container's streams on its own: the times put their lines in order.
    return [...stdout.split("\n"), ...stderr.split("\n")].filter(Boolean).sort().join("\n");
}

const lastLines = (text: string, count: number) => text.trimEnd().split("\n").slice(-count).join("\n");

const withoutSecrets = (text: string, secrets: readonly string[]) =>
    secrets.reduce((left, secret) => left.replaceAll(secret, "[secret]"), text);
