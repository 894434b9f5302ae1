/** Runs the commands in the README of examples/pull-request, and compares the reviews with the guide. */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { existing } from "../engine/support/docker";
import { type DockerObject, type StackState, dockerObjects } from "../engine/support/stackState";
import { codeBlock } from "../support/codeBlocks";
import { DocumentedCommands } from "../support/documentedCommands";
import { createExample, exampleDirectory } from "../support/exampleProject";

const directory = exampleDirectory("pull-request");
const example = resolve(__dirname, "../../examples/pull-request");
const readme = "examples/pull-request/README.md";
const guide = "docs/guides/pull-requests.md";
const commands = new DocumentedCommands("pull-request");
const start = commands.take(readme, "Run it");
const end = commands.take(readme, "Clean up");

const [rawPreview, review] = [0, 1].map((index) => codeBlock(guide, "Why", "text", index).trim());

describe("the pull request example", () => {
    let environment: NodeJS.ProcessEnv;
    let created: DockerObject[] = [];
    let printed = "";

    function shell(command: string, folder = "."): string {
        const { status, stdout, stderr } = spawnSync("bash", ["-ec", command], {
            cwd: join(directory, folder),
            encoding: "utf8",
            maxBuffer: 1 << 26,
            env: environment,
        });
        expect(status === 0 ? "" : stdout + stderr).toBe("");
        return stdout;
    }

    const comment = (change: string) => readFileSync(join(directory, "reviews", `${change}.md`), "utf8");

    const state = () => (JSON.parse(shell("pulumi stack export")) as { deployment: StackState }).deployment;

    beforeAll(() => {
        environment = createExample(directory);
        cpSync(example, directory, { recursive: true });
        printed = shell(start);
        created = dockerObjects(state());
    });

    afterAll(() => {
        shell(end);
        expect(created).not.toEqual([]);
        expect(existing(created)).toEqual([]);
        rmSync(directory, { recursive: true });
    });

    test("the exit code of each review is the one in the README", () => {
        const rows = readFileSync(join(example, "README.md"), "utf8").matchAll(/^\| \[(\S+)\.ts\]\(.* (\d) +\|$/gm);
        const expected = [...rows].map(([, name, code]) => ({ name, code }));
        expect(expected).toHaveLength(6);
        const reviewed = [...printed.matchAll(/^(\S+) +exit code (\d), comment in reviews\/(\S+)\.md$/gm)];
        expect(reviewed.map(([, name, code]) => ({ name, code }))).toEqual(expected);
    });

    test.each([
        ["more-memory", "memoryMb 64 → 128"],
        ["public-address", "redis-database/public-address"],
        ["relabel-volume", "redis-database/volume-replaced"],
        ["remove-database", "redis-database/database-deleted"],
        ["rotate-password", "redis-database/password-stops-working"],
        ["upgrade", "redis-database/server-replaced"],
    ])("the comment on %s says: %s", (change, text) => {
        expect(comment(change)).toMatch(/^<!-- redisdb-review: \w+ -->\n/);
        expect(comment(change)).toContain(text);
    });

    test("the guide quotes Pulumi's preview and the review of the same change", () => {
        const folder = "reviews/relabel-volume";
        const preview = shell("pulumi preview --stack demo --non-interactive --suppress-progress", folder);
        const withoutPath = readFileSync(join(directory, `${folder}.txt`), "utf8").replace(
            /\(\S+\/index\.ts/,
            "(index.ts",
        );
        expect(preview.replace(/ +$/gm, "")).toContain(rawPreview);
        expect(withoutPath).toContain(review);
    });

    test("reviews change nothing", () => {
        expect(shell("pulumi preview --stack demo")).not.toMatch(/to (update|create|replace|delete)/);
        expect(dockerObjects(state())).toEqual(created);
    });

    commands.testThatAllWereTaken();
});
