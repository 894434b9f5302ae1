/** States that the CLI reads. A fake `pulumi` answers; test/engine/platformBackends.test.ts uses the real one. */
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settingsFrom } from "../../../../provider/platform/options";
import { parseCheckpoint } from "../../../../provider/platform/state/checkpoint";
import { CliBackend } from "../../../../provider/platform/state/cliBackend";

let directory: string;

beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "redis-database-cli-"));
});
afterEach(() => {
    rmSync(directory, { recursive: true });
});

/** A backend whose CLI records its arguments and then runs these lines of a shell script. */
function backendWith(...lines: string[]): CliBackend {
    const pulumiCommand = join(directory, "pulumi");
    writeFileSync(pulumiCommand, ["#!/bin/sh", `echo "$*" >>${directory}/calls`, ...lines].join("\n"));
    chmodSync(pulumiCommand, 0o755);
    return new CliBackend(
        settingsFrom({ backendUrl: "https://api.pulumi.com", dataDirectory: directory, pulumiCommand, concurrency: 2 }),
    );
}

const calls = () => readFileSync(join(directory, "calls"), "utf8").trimEnd().split("\n");

test("lists the project's stacks in the default organization", async () => {
    const backend = backendWith(`echo '[{"name":"a"},{"name":"other-team/redis/b"}]'`);
    expect(await backend.list()).toEqual(["a"]);
    expect(calls()).toEqual([expect.stringMatching(/^stack ls --json --project redis /)]);
});

test("exports a stack, which is read like a checkpoint", async () => {
    const salt = { secrets_providers: { state: { salt: "v1:salt" } }, resources: [{ urn: "urn", type: "type" }] };
    const backend = backendWith(`echo '${JSON.stringify({ version: 3, deployment: salt })}'`);
    const content = await backend.read("a");
    expect(content && parseCheckpoint(content)).toMatchObject({
        resources: [{ urn: "urn", type: "type" }],
        secrets: { salt: "v1:salt" },
        pending: [],
    });
    expect(calls()).toEqual([expect.stringMatching(/^stack export --stack a /)]);
    expect(readdirSync(join(directory, "work"))).toEqual([]);
});

test("a stack that does not exist is undefined", async () => {
    expect(await backendWith("exit 6").read("a")).toBeUndefined();
});

test("a backend that rejects the credentials is an error", async () => {
    const backend = backendWith('echo "error: invalid access token" >&2', "exit 3");
    await expect(backend.list()).rejects.toMatchObject({
        code: "backend-unreachable",
        message: "the state backend rejects the credentials: error: invalid access token",
    });
});

test("runs as many commands at once as operations", async () => {
    // Each command sees those that are running.
    const running = `mkdir -p ${directory}/running; : >${directory}/running/$$; ls ${directory}/running | wc -l >>${directory}/most`;
    const backend = backendWith(running, "sleep 0.1", `rm ${directory}/running/$$`, "echo '{}'");
    await Promise.all(["a", "b", "c", "d", "e"].map((stack) => backend.read(stack)));
    const most = readFileSync(join(directory, "most"), "utf8").trim().split(/\s+/).map(Number);
    expect(Math.max(...most)).toBe(2);
});
