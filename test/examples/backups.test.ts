/** Runs the commands and the edit in the README of examples/backups. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { defaultVersion } from "../../provider/model/catalog/versions";
import { Client, docker, existing } from "../engine/support/docker";
import { type StackState, dockerObjects } from "../engine/support/stackState";
import { codeBlock } from "../support/codeBlocks";
import { DocumentedCommands, redisCliOf } from "../support/documentedCommands";
import { createExample, exampleDirectory, runShell } from "../support/exampleProject";

const directory = exampleDirectory("backups");
const readme = "examples/backups/README.md";
const commands = new DocumentedCommands("backups");
const start = commands.take(readme, "Run it");
const backUp = commands.take(readme, "Run it");
const lose = commands.take(readme, "Lose everything");
const restore = commands.take(readme, "Restore");
const end = commands.take(readme, "Clean up");

/** So that the test does not touch the volume of a person who follows the README on this machine. */
const volume = "example-orders-backups";
const ownVolume = `${volume}-${process.pid}`;
const withOwnVolume = (text: string) => text.replaceAll(volume, ownVolume);

describe("the backups example", () => {
    let environment: NodeJS.ProcessEnv;
    let client: Client;
    let digest: string;

    const shell = (script: string) => runShell(withOwnVolume(script), directory, environment);
    const objects = () =>
        dockerObjects((JSON.parse(shell("pulumi stack export")) as { deployment: StackState }).deployment);
    const program = join(directory, "index.ts");

    /** The data as another client sees it: every key with its dump. */
    function contents(): string {
        const [url, caCertPem] = ["tlsUrl", "caCertPem"].map((name) =>
            shell(`pulumi stack output ${name} --show-secrets`).trim(),
        ) as [string, string];
        const keys = client.redis(url, ["KEYS", "*"], { caCertPem }).split("\n").sort();
        return keys.map((key) => `${key} ${client.redis(url, ["DUMP", key], { caCertPem })}`).join("\n");
    }

    beforeAll(() => {
        client = new Client();
        environment = createExample(directory);
        cpSync(resolve(__dirname, "../../examples/backups"), directory, { recursive: true });
        environment.PATH = [redisCliOf(`redis:${defaultVersion}`, join(directory, "bin")), environment.PATH].join(":");
        writeFileSync(program, withOwnVolume(readFileSync(program, "utf8")));
    });

    afterAll(() => {
        client.close();
        const created = objects();
        shell(end);
        rmSync(directory, { recursive: true });
        expect(existing(created)).toEqual([]);
        expect(docker("volume", "ls", "-q", "--filter", `name=${ownVolume}`)).toBe("");
    });

    test("backs up and lists", () => {
        shell(start);
        expect(shell(backUp)).toMatch(/manual/);
        digest = contents();
        expect(digest).toContain("greeting");
    });

    test("keeps only the repository when everything is destroyed", () => {
        const created = objects();
        shell(lose);
        expect(existing(created)).toEqual([]);
        expect(docker("volume", "ls", "-q", "--filter", `name=${ownVolume}`)).toBe(ownVolume);
    });

    test("restores the data into a new database, once", () => {
        const lines = codeBlock(readme, "Restore", "diff").split("\n");
        const [kept, added] = lines.map((line) => line.slice(1)) as [string, string];
        const text = readFileSync(program, "utf8");
        expect(text.split(kept)).toHaveLength(2);
        writeFileSync(program, text.replace(kept, `${kept}\n${added}`));
        expect(shell(restore).trim().split("\n").at(-1)).toBe("hello");
        expect(contents()).toBe(digest);
        expect(shell("pulumi preview")).not.toMatch(/to (update|create|replace|delete)/);
        writeFileSync(program, text);
        shell("pulumi up --yes --skip-preview");
        expect(contents()).toBe(digest);
    });

    commands.testThatAllWereTaken();
});
