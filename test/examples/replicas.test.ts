/** Runs the commands and edits in the README of examples/replicas, with a second Docker engine as the other host. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { defaultVersion } from "../../provider/model/catalog/versions";
import { Client, existing } from "../engine/support/docker";
import { SecondEngine } from "../engine/support/secondEngine";
import { type StackState, dockerObjects } from "../engine/support/stackState";
import { codeBlock } from "../support/codeBlocks";
import { DocumentedCommands } from "../support/documentedCommands";
import { createExample, exampleDirectory, runShell } from "../support/exampleProject";
import { present } from "../support/present";

const directory = exampleDirectory("replicas");
const readme = "examples/replicas/README.md";
const commands = new DocumentedCommands("replicas");
const start = commands.take(readme, "Run it");
const clients = commands.take(readme, "Run it");
const end = commands.take(readme, "Clean up");
const switchoverHeading = "Switchover: the other host accepts writes";
const promotionHeading = "Promotion: a replica becomes an independent database";
const previewUnder = (heading: string) => codeBlock(readme, heading, "text").trim();

describe("the replicas example", () => {
    let environment: NodeJS.ProcessEnv;
    let engine: SecondEngine;
    let client: Client;

    /** Replaces the README's addresses, which are examples, with those of the two hosts. */
    const withTestAddresses = (text: string) =>
        text
            .replaceAll("ssh://you@10.0.0.2", engine.host)
            .replaceAll("10.0.0.1", engine.localAddress)
            .replaceAll("10.0.0.2", engine.address);

    const shell = (commands: string) => runShell(withTestAddresses(commands), directory, environment);

    /** Applies a diff with one hunk to the program. */
    function edit(diff: string): void {
        const lines = diff.split("\n").filter((line) => line !== "");
        const side = (sign: string) =>
            lines
                .filter((line) => line.startsWith(" ") || line.startsWith(sign))
                .map((line) => `${line.slice(1)}\n`)
                .join("");
        const file = join(directory, "index.ts");
        const program = readFileSync(file, "utf8");
        expect(program.split(side("-"))).toHaveLength(2);
        writeFileSync(file, program.replace(side("-"), side("+")));
    }

    const outputs = () =>
        JSON.parse(shell("pulumi stack output --json --show-secrets")) as {
            tlsUrl: string;
            caCertPem: string;
            replicaTlsUrls: string[];
            replicaCaCertPem: string;
        };
    const roleAt = (url: string, caCertPem: string) =>
        /^role:(\w+)/m.exec(client.redis(url, ["INFO", "replication"], { caCertPem }))?.[1];

    beforeAll(async () => {
        engine = await SecondEngine.start(`redis:${defaultVersion}`);
        client = new Client();
        environment = createExample(directory);
        cpSync(resolve(__dirname, "../../examples/replicas"), directory, { recursive: true });
        shell(start);
    });

    afterAll(async () => {
        client.close();
        try {
            const { deployment } = JSON.parse(shell("pulumi stack export")) as { deployment: StackState };
            const created = dockerObjects(deployment);
            expect(created).not.toEqual([]);
            shell(end);
            rmSync(directory, { recursive: true });
            expect(existing(created)).toEqual([]);
            expect(engine.docker("ps", "-aq")).toBe("");
            expect(engine.docker("volume", "ls", "-q")).toBe("");
        } finally {
            await engine.close();
        }
    });

    test("replicates a write to both replicas", () => {
        const { replicaTlsUrls } = outputs();
        const hosts = replicaTlsUrls.map((url) => new URL(url).host);
        expect(hosts.map((host) => host.split(":")[0])).toEqual([engine.localAddress, engine.address]);
        const printed = shell(clients).trim().split("\n");
        expect(printed.slice(1)).toEqual(hosts.map((host) => `${host}: hello`));
    });

    test("switches over to the other host, with the preview in the README", () => {
        const before = outputs();
        edit(codeBlock(readme, switchoverHeading, "diff"));
        expect(shell("pulumi preview")).toContain(previewUnder(switchoverHeading));
        shell("pulumi up --yes --skip-preview");
        const after = outputs();
        expect(after.tlsUrl).toBe(before.replicaTlsUrls[1]);
        expect(roleAt(after.tlsUrl, after.caCertPem)).toBe("master");
        for (const url of [before.tlsUrl, ...before.replicaTlsUrls]) {
            const isNew = url === after.tlsUrl;
            if (!isNew) expect(after.replicaTlsUrls).toContain(url);
            const caCertPem = isNew ? after.caCertPem : after.replicaCaCertPem;
            expect([url, roleAt(url, caCertPem)]).toEqual([url, isNew ? "master" : "slave"]);
        }
        expect(shell(clients).match(/: hello$/gm)).toHaveLength(2);
    });

    test("promotes a replica, which no longer follows, with the preview in the README", () => {
        const before = outputs();
        edit(codeBlock(readme, promotionHeading, "diff"));
        expect(shell("pulumi preview")).toContain(withTestAddresses(previewUnder(promotionHeading)));
        shell("pulumi up --yes --skip-preview");
        const after = outputs();
        const [promotedUrl] = before.replicaTlsUrls.filter((url) => !after.replicaTlsUrls.includes(url));
        expect(roleAt(present(promotedUrl), before.replicaCaCertPem)).toBe("master");
        expect(after.replicaTlsUrls).toHaveLength(1);
        expect(shell("pulumi preview")).not.toMatch(/to (update|create|replace)/);
    });

    commands.testThatAllWereTaken();
});
