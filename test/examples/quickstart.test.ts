/** Runs the README's commands in a fresh copy of this checkout. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { defaultVersion } from "../../provider/model/catalog/versions";
import { existing } from "../engine/support/docker";
import { type StackState, dockerObjects } from "../engine/support/stackState";
import { codeBlock } from "../support/codeBlocks";
import { DocumentedCommands, redisCliOf } from "../support/documentedCommands";

const checkout = resolve(__dirname, "../..");
const commands = new DocumentedCommands("quickstart");
// The other command of this block runs all tests, this one too.
const makeUp = commands.take("README.md", "Try it").replace(/^make test .*\n/m, "");
const connect = commands.take("README.md", "Connect");

test("the README's program is the quickstart", () => {
    const quickstart = readFileSync(join(checkout, "examples/quickstart/index.ts"), "utf8");
    expect(codeBlock("README.md", "Deploy a database", "ts")).toBe(quickstart);
});

describe("a fresh copy of the checkout", () => {
    const copy = mkdtempSync(join(tmpdir(), "quickstart-"));
    const shell = (command: string) =>
        execFileSync("bash", ["-ec", command], { cwd: copy, encoding: "utf8", maxBuffer: 1 << 26 });

    beforeAll(() => {
        execFileSync("bash", ["-c", `git ls-files -co --exclude-standard -z | xargs -0 cp --parents -t ${copy}`], {
            cwd: checkout,
        });
    });

    afterAll(() => {
        // The developer may have a database with the same name, so the state decides which objects belong to the test.
        const exported = shell('eval "$(make -s env)"; pulumi stack export --stack quickstart');
        const created = dockerObjects((JSON.parse(exported) as { deployment: StackState }).deployment);
        expect(created.map(({ kind }) => kind).sort()).toEqual(["container", "container", "volume", "volume"]);
        shell("make down");
        rmSync(copy, { recursive: true });
        expect(existing(created)).toEqual([]);
    });

    test("make up creates a database that answers over plaintext and verified TLS, and hides the password", () => {
        const output = shell(makeUp);
        expect(output).toContain("PING plain: PONG");
        expect(output).toContain("PING TLS: PONG (certificate verified)");
        expect(output).toMatch(/rediss:\/\/app:\*\*\*@localhost:\d+/);
        expect(output).not.toContain(password());
    });

    test("the README's commands connect", () => {
        const path = redisCliOf(`redis:${defaultVersion}`, join(copy, "bin"));
        const output = shell(`eval "$(make -s env)"; PATH=${path}:$PATH; ${connect} printf '%s' "$REDIS_URL"`);
        expect(output).toMatch(/^PONG\nrediss:\/\/app:\w{32}@localhost:\d+$/);
    });

    test("a second make up changes nothing", () => {
        expect(shell("make up")).toMatch(/Resources:\s+15 unchanged/);
    });

    function password(): string {
        return new URL(shell('eval "$(make -s env)"; pulumi stack output tlsUrl --show-secrets').trim()).password;
    }

    commands.testThatAllWereTaken();
});
