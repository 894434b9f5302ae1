/** The GitHub Action: what it passes to the command, and that no input becomes part of a script. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { review } from "../../../provider/cli/verbs/review";
import { codeBlocks } from "../../support/codeBlocks";
import { present } from "../../support/present";

interface Step {
    readonly name?: string;
    readonly uses?: string;
    readonly run?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly with?: Readonly<Record<string, unknown>>;
}

interface Action {
    readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
    readonly runs: { readonly steps: readonly Step[] };
}

const root = join(__dirname, "../../..");
const { inputs, runs } = load(readFileSync(join(root, "action.yml"), "utf8")) as Action;
const reviewStep = present(runs.steps.find(({ name }) => name === "Review the preview"));

const directory = mkdtempSync(join(tmpdir(), "redisdb-action-"));
afterAll(() => {
    rmSync(directory, { recursive: true });
});

/** The arguments of the command for these inputs; each is one line. */
function argumentsFor(given: Readonly<Record<string, string>>): string[] {
    writeFileSync(join(directory, "node"), `#!/bin/sh\nprintf '%s\\n' "$@" >"$GITHUB_ACTION_PATH/arguments"\n`);
    chmodSync(join(directory, "node"), 0o755);
    const values = Object.entries(present(reviewStep.env)).map(([variable, expression]) => {
        const [, input = ""] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression) ?? [];
        return [variable, given[input] ?? present(inputs[input]).default] as const;
    });
    execFileSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", present(reviewStep.run)], {
        env: {
            ...process.env,
            ...Object.fromEntries(values),
            PATH: `${directory}:${process.env.PATH ?? ""}`,
            GITHUB_ACTION_PATH: directory,
            GITHUB_STEP_SUMMARY: "summary.md",
        },
    });
    return readFileSync(join(directory, "arguments"), "utf8").trimEnd().split("\n").slice(1);
}

test("passes the defaults", () => {
    const defaults = ["--fail-on", "data-loss,security", "--write", "markdown=summary.md"];
    expect(argumentsFor({ stack: "production\n" })).toEqual([
        "review",
        ...defaults,
        ...["--stack", "production", "--comment", "update", "--"],
    ]);
});

test("passes all inputs, and lists as repeated flags", () => {
    const passed = argumentsFor({
        "stack": "staging\nproduction",
        "fail-on": "eol",
        "allow": "allow.yaml",
        "base": "HEAD",
        "comment": "",
        "skip-no-diff": "true",
        "pull-request": "7",
        "write": "sarif=a b.sarif\njunit=c.xml",
        "preview": "one.json\n-two.json",
    });
    expect(passed).toMatchSnapshot();
    const flags = present(review.flags)().map(({ long }) => long);
    expect(passed.filter((each) => /^--\w/.test(each) && !flags.includes(each))).toEqual([]);
});

test("an input cannot run commands", () => {
    const hostile = '$(touch hacked)"; touch hacked; "`touch hacked`';
    expect(argumentsFor({ stack: hostile, base: hostile })).toEqual(expect.arrayContaining([hostile]));
    expect(() => readFileSync(join(directory, "hacked"))).toThrow();
});

test("the defaults are those of the command", () => {
    const flag = present(review.flags)().find(({ long }) => long === "--fail-on");
    expect(present(inputs["fail-on"]).default).toBe(flag?.defaultValue);
});

describe("scripts of the action and of the workflows in the guide", () => {
    const workflows = codeBlocks("docs/guides/pull-requests.md", "yaml").map(({ code }) => load(code));

    /** All steps in a document, at any depth. */
    function stepsIn(document: unknown): Step[] {
        if (typeof document !== "object" || document === null) return [];
        const isStep = "run" in document || "uses" in document;
        return [...(isStep ? [document as Step] : []), ...Object.values(document).flatMap(stepsIn)];
    }

    test("contain no expressions, whose values could be commands", () => {
        const scripts = [runs, ...workflows].flatMap(stepsIn).flatMap(({ run }) => run ?? []);
        expect(scripts.length).toBeGreaterThan(8);
        expect(scripts.filter((script) => script.includes("${{"))).toEqual([]);
    });

    test("use inputs that exist", () => {
        const uses = workflows.flatMap(stepsIn).filter((step) => step.uses?.includes("pulumi-redis-database"));
        expect(uses).toHaveLength(2);
        const names = uses.flatMap((step) => Object.keys(step.with ?? {}));
        expect(names.filter((name) => !(name in inputs))).toEqual([]);
    });

    test("the workflow that comments runs no code of the pull request", () => {
        const workflow = present(workflows.find((each) => JSON.stringify(each).includes("workflow_run")));
        const steps = stepsIn(workflow);
        expect(steps.filter(({ uses }) => uses?.startsWith("actions/checkout")).map((step) => step.with)).toEqual([
            undefined,
        ]);
        expect(steps.filter(({ run }) => /npm|npx|pulumi/.test(run ?? ""))).toEqual([]);
    });
});
