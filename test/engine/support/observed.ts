/** What helps to explain a failed engine test: the last lines of the containers' logs and of Pulumi's output. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { secretLines } from "./stackState";

const [containerLines, pulumiLines] = [30, 60];

interface Observed {
    readonly title: string;
    /** What the CLI printed. */
    readonly logFile: string;
    /** For each Docker host, the arguments of the `docker` command and the names of the stack's containers on it. */
    readonly hosts: readonly { readonly docker: readonly string[]; readonly containers: () => string[] }[];
    /** The state with its secrets. */
    readonly exported: () => Promise<unknown>;
}

/** Shows nothing unless the state says which values are secret. */
export async function observed({ title, logFile, hosts, exported }: Observed): Promise<string> {
    try {
        const secrets = secretLines(await exported());
        const parts = [
            ...hosts.flatMap((host) => namesOf(host).map((name) => [name, logsOf(name, host.docker)] as const)),
            [`the end of ${logFile}`, lastLines(readFileSync(logFile, "utf8"), pulumiLines)] as const,
        ];
        const text = parts.map(([heading, lines]) => `---- ${heading}\n${lines}\n`).join("");
        return `\n==== What was observed in ${title}\n${withoutSecrets(text, secrets)}====\n\n`;
    } catch (error) {
        return `\n==== What was observed in ${title} could not be read: ${String(error)}\n\n`;
    }
}

/** Empty if a test has stopped the Docker host. */
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
    // Docker returns the container's two streams separately. The timestamps put their lines in order.
    return [...stdout.split("\n"), ...stderr.split("\n")].filter(Boolean).sort().join("\n");
}

const lastLines = (text: string, count: number) => text.trimEnd().split("\n").slice(-count).join("\n");

const withoutSecrets = (text: string, secrets: readonly string[]) =>
    secrets.reduce((result, secret) => result.replaceAll(secret, "[secret]"), text);
