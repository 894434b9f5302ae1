/** `redisdb review` and `redisdb up`: where previews come from, outputs, exceptions of the base branch, and plans. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outputs } from "../../../provider/cli/schemas";
import { type Surroundings, redisdb } from "./support";
import { CodeHostServer } from "./support/codeHostServer";

const directory = mkdtempSync(join(tmpdir(), "redisdb-review-"));
const repository = join(directory, "repository");
const project = join(repository, "shop");
const bin = join(directory, "bin");

const git = (...args: string[]) =>
    execFileSync("git", ["-C", repository, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
        encoding: "utf8",
    }).trim();

const state = { type: "docker:index/volume:Volume", custom: true, inputs: {}, protect: false };
const step = (op: string) => ({
    op,
    urn: "urn:pulumi:production::shop::docker:index/volume:Volume::uploads",
    oldState: { ...state, stackTrace: [{ sourcePosition: "project:///index.ts#4,1" }] },
    ...(op === "delete" ? {} : { newState: state }),
});
const preview = (...operations: string[]) =>
    JSON.stringify({ steps: operations.map(step), changeSummary: {}, duration: 1 });

/** A CLI that prints what the test puts in its files, and notes its arguments. */
const fakePulumi = `#!/bin/sh
cd "${directory}"
echo "$*" >> calls
case "$1 $2" in
    "preview "*)
        while [ $# -gt 0 ]; do
            [ "$1" = --event-log ] && cp events "$2"
            [ "$1" = --save-plan ] && echo '{"resourcePlans":{}}' > "$2"
            shift
        done
        [ -e busy ] && echo changed > state
        cat preview
        [ -e fails ] && { cat fails >&2; exit 1; }
        exit 0
        ;;
    "stack export") cat state ;;
    "up "*) ;;
esac
`;

beforeAll(() => {
    mkdirSync(project, { recursive: true });
    mkdirSync(bin);
    writeFileSync(join(bin, "pulumi"), fakePulumi);
    chmodSync(join(bin, "pulumi"), 0o755);
    git("init", "-q", "-b", "main");
});

beforeEach(() => {
    for (const file of ["busy", "fails", "calls"]) rmSync(join(directory, file), { force: true });
    rmSync(join(repository, "redisdb-allow.yaml"), { force: true });
    put("preview", preview("delete"));
    put("events", JSON.stringify({ summaryEvent: { resourceChanges: { delete: 1 } } }));
    put("state", "{}");
});

afterAll(() => {
    rmSync(directory, { recursive: true });
});

const put = (file: string, text: string) => {
    writeFileSync(join(directory, file), text);
};
const got = (file: string) => readFileSync(join(directory, file), "utf8");

/** The command in the project, with the fake CLI. */
const command = (args: readonly string[], surroundings: Surroundings = {}) =>
    redisdb([...args, "--cwd", project], {
        ...surroundings,
        env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ""}`, ...surroundings.env },
    });

describe("redisdb review", () => {
    test("reads the input, and fails for lost data", async () => {
        const { exitCode, stdout, stderr } = await command(["review"], { input: preview("delete") });
        expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: "" });
        expect(stdout).toMatch(
            /^✗ data-loss: redis-database\/volume-deleted: Volume "uploads": the volume is deleted with all files$/m,
        );
    });

    test("says in one line that nothing will change", async () => {
        const { exitCode, stdout } = await command(["review"], { input: preview("same") });
        expect(exitCode).toBe(0);
        expect(stdout).toMatch(/^nothing will change: shop\/production; policies not seen: .*\n$/);
    });

    test("reads several files, of which one fails", async () => {
        put("one.json", preview("same"));
        put("two.json", preview("delete"));
        const files = ["one.json", "two.json"].map((file) => join(directory, file));
        expect((await command(["review", ...files])).exitCode).toBe(5);
        expect((await command(["review", ...files, "--fail-on", "downtime"])).exitCode).toBe(0);
    });

    test("runs the preview of a stack, and gets the policies from its events", async () => {
        put(
            "events",
            JSON.stringify({
                policyEvent: { enforcementLevel: "mandatory", policyName: "no-volumes", message: "no volumes" },
            }),
        );
        const { exitCode, stdout, stderr } = await command(["review", "--stack", "production", "--json"]);
        expect(exitCode).toBe(5);
        expect(stderr).toBe("");
        const { stacks } = JSON.parse(stdout) as { stacks: { findings: { code: string }[]; notes: string[] }[] };
        expect(stacks[0]?.findings.map(({ code }) => code)).toEqual([
            "redis-database/volume-deleted",
            "redis-database/policy-violated",
        ]);
        expect(stacks[0]?.notes).toEqual([]);
        expect(got("calls")).toMatch(/^preview --stack production --json --event-log \S+ --non-interactive$/m);
    });

    test("says progress while Pulumi works", async () => {
        const { stderr } = await command(["review", "--stack", "production"]);
        expect(stderr).toContain("running the preview of production");
    });

    test("prints Pulumi's own error if there is no preview", async () => {
        put("preview", "");
        put("fails", "error: incorrect passphrase");
        const { exitCode, stderr } = await command(["review", "--stack", "production"]);
        expect(exitCode).toBe(1);
        expect(stderr).toContain("pulumi preview failed: error: incorrect passphrase");
    });

    test("reports a preview that failed half-way with its error first", async () => {
        put(
            "preview",
            JSON.stringify({ steps: [step("delete")], diagnostics: [{ severity: "error", message: "no such image" }] }),
        );
        put("fails", "error: preview failed");
        const { exitCode, stdout } = await command(["review", "--stack", "production"]);
        expect(exitCode).toBe(1);
        expect(stdout).toMatch(/^preview failed: shop\/production: no such image/);
    });

    test("prints and writes every format", async () => {
        const formats = ["text", "markdown", "json", "sarif", "junit", "gitlab"];
        for (const format of formats) {
            const file = join(directory, `written.${format}`);
            const args = ["review", "--format", format, "--write", `${format}=${file}`];
            const { exitCode, stdout } = await command(args, { input: preview("delete") });
            expect(exitCode).toBe(5);
            expect(stdout).toContain("volume-deleted");
            expect(readFileSync(file, "utf8")).toBe(stdout);
        }
    });

    test("is one document with --json", async () => {
        const { stdout } = await command(["review", "--json"], { input: preview("delete") });
        expect(JSON.parse(stdout)).toMatchObject({ format: 1, exitCode: 5, failing: 1 });
    });
});

describe("exceptions", () => {
    const entry = (expires: string) =>
        `allow:\n  - database: uploads\n    code: redis-database/volume-deleted\n    reason: copied\n    expires: ${expires}\n`;
    const propose = (text: string) => {
        writeFileSync(join(repository, "redisdb-allow.yaml"), text);
    };
    const review = (...args: string[]) => command(["review", ...args], { input: preview("delete") });

    test("of the pull request do not apply, and are shown", async () => {
        git("commit", "-q", "--allow-empty", "-m", "base");
        propose(entry("2999-01-01"));
        const { exitCode, stdout } = await review("--base", "main");
        expect(exitCode).toBe(5);
        expect(stdout).toContain("exception added: redis-database/volume-deleted for uploads until 2999-01-01: copied");
    });

    test("do not apply if the base branch is not known", async () => {
        propose(entry("2999-01-01"));
        const { exitCode, stderr } = await review();
        expect(exitCode).toBe(5);
        expect(stderr).toContain("the base branch is not known, so no exception applies; name it with --base");
    });

    test("of the base branch apply, also if the pull request removes them", async () => {
        propose(entry("2999-01-01"));
        git("add", "redisdb-allow.yaml");
        git("commit", "-q", "-m", "allow");
        expect((await review("--base", "main")).exitCode).toBe(0);
        rmSync(join(repository, "redisdb-allow.yaml"));
        expect((await review("--base", "main")).exitCode).toBe(0);
    });

    test("that are not valid are reported with their paths", async () => {
        propose("allow:\n  - database: uploads\n    code: volumes\n    expires: soon\n");
        const { exitCode, stderr } = await review("--base", "main");
        expect(exitCode).toBe(2);
        expect(stderr).toMatch(
            /redisdb-allow\.yaml is not valid:\nallow\[0\]\.code: .*\nallow\[0\]\.reason: .*\nallow\[0\]\.expires: /,
        );
        propose("allow: [\n");
        expect((await review("--base", "main")).exitCode).toBe(2);
    });
});

describe("--comment", () => {
    let server: CodeHostServer;
    const review = (...args: string[]) =>
        command(["review", "--comment", "update", ...args], {
            input: preview("delete"),
            env: {
                GITHUB_API_URL: server.url,
                GITHUB_REPOSITORY: CodeHostServer.repository,
                GITHUB_REF: `refs/pull/${CodeHostServer.number}/merge`,
                GITHUB_TOKEN: CodeHostServer.token,
                GITHUB_EVENT_PATH: "",
            },
        });

    beforeEach(async () => {
        server = new CodeHostServer();
        await server.listen();
    });
    afterEach(() => server.close());

    test("writes one comment, and updates it", async () => {
        const { exitCode, stderr } = await review();
        expect(exitCode).toBe(5);
        expect(stderr).toContain("the comment was written");
        expect(server.comments.map(({ body }) => body)).toEqual([expect.stringContaining("volume-deleted")]);
        expect((await review()).stderr).toContain("the comment is up to date");
        expect(server.comments).toHaveLength(1);
        const { stdout } = await review("--json");
        expect(outputs.review.parse(JSON.parse(stdout)).comment).toMatchObject({ action: "unchanged" });
    });

    test("that fails does not hide what the review found", async () => {
        server.fail({ request: "", status: 401, times: 100 });
        const { exitCode, stdout, stderr } = await review();
        expect(exitCode).toBe(5);
        expect(stdout).toContain("redis-database/volume-deleted");
        expect(stderr).toContain("the comment on shop/infrastructure#7 was not written");
        const json = await review("--json");
        expect([json.exitCode, outputs.review.parse(JSON.parse(json.stdout)).commentError]).toEqual([
            5,
            expect.stringContaining("was not written"),
        ]);
        const passing = await review("--fail-on", "eol");
        expect(passing.exitCode).toBe(1);
        expect(passing.stdout).toContain("redis-database/volume-deleted");
        expect(stdout + stderr).not.toContain(CodeHostServer.token);
    });
});

describe("a plan", () => {
    const plan = join(directory, "plan.json");
    const save = (failOn = "none") => command(["review", "--stack", "production", "--plan", plan, "--fail-on", failOn]);
    const apply = () => command(["up", "--plan", plan]);

    test("is applied to the state that was reviewed", async () => {
        expect((await save()).exitCode).toBe(0);
        const { exitCode, stdout } = await apply();
        expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "production has the reviewed change\n" });
        expect(got("calls")).toMatch(/^up --stack production --plan \S+ --yes --skip-preview --non-interactive$/m);
    });

    test("is refused for any other state, and nothing is changed", async () => {
        await save();
        put("state", '{"changed":true}');
        const { exitCode, stderr } = await apply();
        expect(exitCode).toBe(5);
        expect(stderr).toContain("the state of production is no longer the one that was reviewed; nothing was changed");
        expect(got("calls")).not.toMatch(/^up /m);
    });

    test("is not saved if the review fails", async () => {
        const { exitCode, stderr } = await save("data-loss");
        expect(exitCode).toBe(5);
        expect(stderr).toContain("the plan was not saved, because the review fails");
        expect(() => readFileSync(plan)).toThrow("ENOENT");
    });

    test("is not saved if the state changes during the preview", async () => {
        put("busy", "");
        rmSync(plan, { force: true });
        const { exitCode, stderr } = await save();
        expect(exitCode).toBe(1);
        expect(stderr).toContain("the state of production changed during the preview");
        expect(() => readFileSync(plan)).toThrow("ENOENT");
    });
});

test.each([
    [["review", "--stack", "a", "--stack", "b", "--plan", "p.json"], "--plan needs exactly one --stack"],
    [["review", "--stack", "a", "p.json"], "both --stack and a file are given"],
    [["review", "--write", "html=a"], '--write: "html=a" is not FORMAT=FILE'],
    [["review", "--write", "sarif=/does/not/exist/a"], "--write: /does/not/exist/a cannot be written (ENOENT)"],
    [["review", "--fail-on", "dataloss"], '--fail-on: "dataloss" is neither a severity nor the code of a rule'],
    [["review", "--fail-on", ""], '--fail-on: "" is neither a severity nor the code of a rule'],
    [["review", "--base", "nowhere"], '--base: there is no commit "nowhere"'],
    [["review", "--allow", "/does/not/exist"], "--allow: there is no file /does/not/exist"],
    [["review", "--pull-request", "0", "--comment", "new"], "Give the number of the pull request."],
    [["review", "/does/not/exist"], "/does/not/exist cannot be read (ENOENT)"],
    [["review", "--comment", "update"], "--comment: neither GITHUB_REPOSITORY nor CI_PROJECT_ID is set"],
    [["review", "--format", "html"], "Allowed choices are text, markdown, json, sarif, junit, gitlab."],
    [["up"], "required option '--plan <file>' not specified"],
    [["up", "--plan", "/does/not/exist"], "--plan: /does/not/exist cannot be read (ENOENT)"],
])("redisdb %j is a mistake: %s", async (args, message) => {
    const env = { GITHUB_REPOSITORY: "", CI_PROJECT_ID: "", CI_MERGE_REQUEST_PROJECT_ID: "" };
    const { exitCode, stderr } = await command(args, { input: preview("same"), env });
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
});

test("a terminal as input is a mistake", async () => {
    const { exitCode, stderr } = await command(["review"], { terminal: true });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("pipe a preview: pulumi preview --json | redisdb review");
});
