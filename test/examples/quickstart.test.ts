/** The README's commands in a fresh copy of this checkout, as a person would type them. */
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

describe("in a fresh copy", () => {
    const copy = mkdtempSync(join(tmpdir(), "quickstart-"));
    const shell = (command: string) =>
        execFileSync("bash", ["-c", command], { cwd: copy, encoding: "utf8", maxBuffer: 1 << 26 });

    beforeAll(() => {
        execFileSync("bash", ["-c", `git ls-files -co --exclude-standard -z | xargs -0 cp --parents -t ${copy}`], {
            cwd: checkout,
        });
    });

    afterAll(() => {
        // A database of the same name may be there, that of the person who runs the tests: the state tells which is ours.
        const exported = shell('eval "$(make -s env)"; pulumi stack export --stack quickstart');
        const made = dockerObjects((JSON.parse(exported) as { deployment: StackState }).deployment);
        expect(made.map(({ kind }) => kind).sort()).toEqual(["container", "container", "volume", "volume"]);
        shell("make down");
        rmSync(copy, { recursive: true });
        expect(existing(made)).toEqual([]);
    });

    test("make up brings up a database that answers in plaintext and over verified TLS, and hides the password", () => {
        const output = shell("make up");
        expect(output).toContain("PING plain: PONG");
        expect(output).toContain("PING TLS: PONG (certificate verified)");
        expect(output).toMatch(/rediss:\/\/app:\*\*\*@localhost:\d+/);
        expect(output).not.toContain(password());
    });

    test("the commands that read the URLs print them", () => {
        const [, commands] = blocks("sh");
        expect(commands).toContain("pulumi stack output tlsUrl --show-secrets");
        expect(shell(present(commands)).trim()).toMatch(/^rediss:\/\/app:\w{32}@localhost:\d+$/);
    });

    test("make up again changes nothing", () => {
        expect(shell("make up")).toMatch(/Resources:\s+15 unchanged/);
    });

    function password(): string {
        return new URL(shell('eval "$(make -s env)"; pulumi stack output tlsUrl --show-secrets').trim()).password;
    }
});
