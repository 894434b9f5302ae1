/** Runs the commands in the READMEs of the examples in other languages, all at the same time. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { dump, load } from "js-yaml";
import { defaultVersion } from "../../provider/model/catalog/versions";
import { existing } from "../engine/support/docker";
import { type StackState, dockerObjects } from "../engine/support/stackState";
import { codeBlocks } from "../support/codeBlocks";
import { DocumentedCommands, languages, redisCliOf } from "../support/documentedCommands";
import { createExample, exampleDirectory } from "../support/exampleProject";
import { checkout, sharedGoPackages } from "../support/languageTools";
import { present } from "../support/present";

const commands = new DocumentedCommands("languages");
const [run, cleanUp] = ["Run it", "Clean up"];
const documented = languages.map((language) => {
    const readme = `examples/${language}/README.md`;
    const [start, ping, again] = [run, run, run].map((heading) => commands.take(readme, heading));
    return { language, start, ping, again, end: commands.take(readme, cleanUp) } as Documented;
});

/** Those that `make test` runs. It leaves out programs that are compiled, which take most of the time. */
const tested = languages.filter((language) => process.env.TEST_ALL || !["go", "java"].includes(language));

type Documented = Readonly<Record<"language" | "start" | "ping" | "again" | "end", string>>;

/** What the commands of an example print, and what they create. */
interface Ran {
    readonly ping: string;
    readonly again: string;
    /** The outputs of the stack, as `pulumi stack output` shows them. */
    readonly shown: Readonly<Record<string, unknown>>;
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly created: number;
    readonly left: number;
    /** The preview of the guide's program, in the project of the example. */
    readonly guide: string;
}

/** Where the program of a language is in its example. */
const programs: Readonly<Record<string, string>> = {
    python: "__main__.py",
    go: "main.go",
    java: "src/main/java/catalog/App.java",
    yaml: "Pulumi.yaml",
};

/** Replaces the program of an example with that of docs/guides/languages.md. */
function useGuidesProgram(directory: string, language: string): void {
    const file = join(directory, present(programs[language]));
    const { code } = present(codeBlocks("docs/guides/languages.md").find((block) => block.language === language));
    if (language !== "yaml") {
        writeFileSync(file, code.replace("package app;", "package catalog;"));
        return;
    }
    // The stack belongs to the project of the example, to which `pulumi package add` has added the plugin.
    const { resources, outputs } = load(code) as Readonly<Record<string, unknown>>;
    writeFileSync(file, dump({ ...(load(readFileSync(file, "utf8")) as object), resources, outputs }));
}

/** Runs an example in a directory with the same paths to the packages as in this checkout. */
async function runExample({ language, start, ping, again, end }: Documented): Promise<Ran> {
    const root = exampleDirectory(language);
    const directory = join(root, "examples", language);
    const environment = { ...createExample(root), ...environmentOf(language, root) };
    mkdirSync(join(root, "dist"));
    // `pulumi package add` writes into the plugin's directory.
    cpSync(join(checkout, "dist/plugin"), join(root, "dist/plugin"), { recursive: true });
    for (const path of ["dist/packages", "sdk"]) symlinkSync(join(checkout, path), join(root, path));
    cpSync(join(checkout, "examples", language), directory, { recursive: true });
    const shell = async (command: string, env: NodeJS.ProcessEnv = {}) => {
        const options = { cwd: directory, maxBuffer: 1 << 26, env: { ...environment, ...env } };
        return (await promisify(execFile)("bash", ["-ec", command], options)).stdout;
    };
    const outputs = async (flags = "") =>
        JSON.parse(await shell(`pulumi stack output --json ${flags}`)) as Record<string, unknown>;
    const objects = async () =>
        dockerObjects((JSON.parse(await shell("pulumi stack export")) as { deployment: StackState }).deployment);

    await shell(start);
    const created = await objects();
    try {
        const printed = {
            // The client in Go is a module of its own.
            ping: await shell(ping, { GOWORK: "off" }),
            again: await shell(again),
            shown: await outputs(),
            outputs: await outputs("--show-secrets"),
        };
        useGuidesProgram(directory, language);
        const guide = await shell("pulumi preview");
        await shell(end);
        rmSync(root, { recursive: true });
        return { ...printed, guide, created: created.length, left: existing(created).length };
    } catch (error) {
        await shell(end);
        throw error;
    }
}

function environmentOf(language: string, root: string): NodeJS.ProcessEnv {
    if (language === "yaml") {
        const path = redisCliOf(`redis:${defaultVersion}`, join(root, "bin"));
        return { PATH: `${path}:${process.env.PATH ?? ""}` };
    }
    return language === "go" ? sharedGoPackages(root, "examples/go") : {};
}

describe("the examples in other languages", () => {
    let results: ReadonlyMap<string, PromiseSettledResult<Ran>>;
    const ranOf = (language: string): Ran => {
        const result = results.get(language);
        if (result?.status !== "fulfilled") throw result?.reason;
        return result.value;
    };

    beforeAll(async () => {
        const examples = documented.filter(({ language }) => tested.includes(language));
        const settled = await Promise.allSettled(examples.map(runExample));
        results = new Map(settled.map((result, index) => [present(tested[index]), result]));
    });

    test.each(tested.filter((language) => language !== "yaml"))(
        "%s: each server answers over verified TLS",
        (language) => {
            const { ping, outputs } = ranOf(language);
            const urls = [outputs.tlsUrl, ...(outputs.replicaTlsUrls as string[])] as string[];
            const printed = stripVTControlCharacters(ping).trim().split("\n");
            expect(printed).toEqual(urls.map((url) => `${new URL(url).port}: PONG`));
            expect(printed).toHaveLength(3);
        },
    );

    test("yaml: the primary answers over verified TLS and has two replicas", () => {
        expect(ranOf("yaml").ping.replaceAll("\r", "")).toBe("PONG\nconnected_slaves:2\n");
    });

    test.each(tested)(
        "%s: a second update changes nothing, the secrets are secret, destroy leaves nothing",
        (language) => {
            const { again, shown, outputs, created, left } = ranOf(language);
            expect(again).toMatch(/Resources:\n +\d+ unchanged\n/);
            const secret = language === "yaml" ? "password" : "tlsUrl";
            expect(shown[secret]).toBe("[secret]");
            expect(again).not.toContain(outputs[secret]);
            // A container and an agent with a volume each, for each of the three servers.
            expect({ created, left }).toEqual({ created: 12, left: 0 });
        },
    );

    test.each(tested)("%s: the guide's program creates a database", (language) => {
        expect(ranOf(language).guide).toMatch(/\+ +redis-database:index:RedisDatabase sessions create/);
    });

    test("the Go module names all that it requires", async () => {
        const options = { cwd: join(checkout, "examples/go"), env: { ...process.env, GOWORK: "off" } };
        await promisify(execFile)("go", ["list", "-mod=readonly", "-deps", "./..."], options);
    });

    commands.testThatAllWereTaken();
});
