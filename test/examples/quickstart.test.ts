/** Runs the README's commands in a fresh copy of this checkout. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { existing } from "../engine/support/docker";
import { type StackState, dockerObjects } from "../engine/support/stackState";
import { codeBlocks } from "../support/codeBlocks";
import { present } from "../support/present";

const checkout = resolve(__dirname, "../..");
const readme = readFileSync(join(checkout, "README.md"), "utf8");

/** The README's code blocks of a language. */
const blocks = (language: string) => codeBlocks(readme, language);

test("the README's program is the quickstart", () => {
    expect(blocks("ts")[0]).toBe(readFileSync(join(checkout, "examples/quickstart/index.ts"), "utf8"));
});

describe("a fresh copy of the checkout", () => {
    const copy = mkdtempSync(join(tmpdir(), "quickstart-"));
    const shell = (command: string) =>
        execFileSync("bash", ["-c", command], { cwd: copy, encoding: "utf8", maxBuffer: 1 << 26 });

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
        const output = shell("make up");
        expect(output).toContain("PING plain: PONG");
        expect(output).toContain("PING TLS: PONG (certificate verified)");
        expect(output).toMatch(/rediss:\/\/app:\*\*\*@localhost:\d+/);
        expect(output).not.toContain(password());
    });

    test("the README's commands print the URLs", () => {
        const [, commands] = blocks("sh");
        expect(commands).toContain("pulumi stack output tlsUrl --show-secrets");
        expect(shell(present(commands)).trim()).toMatch(/^rediss:\/\/app:\w{32}@localhost:\d+$/);
    });

    test("a second make up changes nothing", () => {
        expect(shell("make up")).toMatch(/Resources:\s+15 unchanged/);
    });

    function password(): string {
        return new URL(shell('eval "$(make -s env)"; pulumi stack output tlsUrl --show-secrets').trim()).password;
    }
});
