/** Runs the commands in the README of examples/automation: two inline programs at the same time, and their events. */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { existing } from "../engine/support/docker";
import { type StackState, dockerObjects } from "../engine/support/stackState";
import { codeBlock } from "../support/codeBlocks";
import { DocumentedCommands } from "../support/documentedCommands";
import { createExample, exampleDirectory } from "../support/exampleProject";

const directory = exampleDirectory("automation");
const example = resolve(__dirname, "../../examples/automation");
const readme = "examples/automation/README.md";
const commands = new DocumentedCommands("automation");
const up = commands.take(readme, "Run it");
const preview = commands.take(readme, "Preview a change");
const refused = commands.take(readme, "A change that is refused");
const destroy = commands.take(readme, "Clean up");
const explanation = codeBlock(readme, "Preview a change", "text");
const reason = codeBlock(readme, "A change that is refused", "text");

const teams = ["blue", "green"];
const databases = ["sessions", "cache", "jobs"];
const states = join(directory, "state/.pulumi/stacks/redis-teams");

describe("the Automation API example", () => {
    let environment: NodeJS.ProcessEnv;
    const shell = (command: string) =>
        spawnSync("bash", ["-ec", command], {
            cwd: directory,
            encoding: "utf8",
            maxBuffer: 1 << 26,
            env: environment,
        });

    const resourcesOf = (team: string) =>
        (JSON.parse(readFileSync(join(states, `${team}.json`), "utf8")) as { checkpoint: { latest: StackState } })
            .checkpoint.latest;
    const created = () => teams.map(resourcesOf).flatMap(dockerObjects);
    const of = (text: string, team: string, database: string) =>
        text.replaceAll("blue", team).replaceAll("cache", database);

    beforeAll(() => {
        environment = createExample(directory);
        cpSync(example, directory, { recursive: true });
    });

    afterAll(() => {
        const objects = created();
        expect(objects).toHaveLength(teams.length * databases.length * 4);
        const { status, stdout, stderr } = shell(destroy);
        expect(status === 0 ? "" : stdout + stderr).toBe("");
        expect(existing(objects)).toEqual([]);
        expect(readdirSync(states).filter((file) => file.endsWith(".json"))).toEqual([]);
        rmSync(directory, { recursive: true });
    });

    test("creates the databases of both stacks at the same time, and prints the progress", () => {
        const { status, stdout, stderr } = shell(up);
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        const lines = stdout.split("\n");
        const creations = (team: string) => lines.map((line) => line.startsWith(`${team}: create `));
        const begun = teams.map((team) => creations(team).indexOf(true));
        const ended = teams.map((team) => creations(team).lastIndexOf(true));
        expect(Math.max(...begun)).toBeLessThan(Math.min(...ended));
        for (const team of teams) {
            const servers = databases.map((name) => `${team}: create ${name}-server`);
            expect(lines.filter((line) => servers.includes(line)).sort()).toEqual(servers.sort());
        }
    });

    test("reports what a change does as an event of the database alone", () => {
        const { status, stdout, stderr } = shell(preview);
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        for (const team of teams) {
            for (const name of databases) expect(stdout.split(of(explanation, team, name))).toHaveLength(2);
        }
        expect(stdout.match(/: memoryMb 64 → 96/g)).toHaveLength(teams.length * databases.length);
        expect(stdout).not.toContain("[runtime]");
    });

    test("reports the reason of a refusal as an event of the database, with its code", () => {
        // The agents refuse within a second, but by default the update waits as long as the change could take.
        const file = join(directory, "databases.ts");
        const impatient = "transform: { agent: (agent) => { agent.waitTimeout = 6; } }, memoryMb: 64";
        const program = readFileSync(file, "utf8");
        writeFileSync(file, program.replace("memoryMb: 64", impatient));
        const { status, stdout } = shell(refused);
        writeFileSync(file, program);
        expect(status).toBe(1);
        for (const team of teams) {
            const reasons = databases.map((name) => {
                const urn = `urn:pulumi:${team}::redis-teams::redis-database:index:RedisDatabase::${name}\n`;
                return urn + of(reason, team, name);
            });
            expect(reasons.filter((text) => stdout.includes(text))).not.toEqual([]);
        }
        expect(stdout).not.toContain("its log could not be read");
    });

    commands.testThatAllWereTaken();
});
