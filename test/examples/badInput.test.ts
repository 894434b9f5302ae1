/**
 * Invalid arguments in programs of each language: the language's own checks, and the messages of the component, which are
 * those in process with the names in the language's spelling. `pulumi up` then creates nothing.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { docker } from "../engine/support/docker";
import type { StackState } from "../engine/support/stackState";
import { createExample, exampleDirectory } from "../support/exampleProject";
import { checkout, sharedGoPackages } from "../support/languageTools";
import { present } from "../support/present";

const programs = join(__dirname, "badInput");
const example = (language: string, file: string) => readFileSync(join(checkout, "examples", language, file), "utf8");
const plugins = `plugins: { providers: [{ name: redis-database, path: ${join(checkout, "dist/plugin")} }] }\n`;

/** What a command prints, on both streams. */
interface Printed {
    readonly failed: boolean;
    readonly output: string;
}

/** The types of the resources in the state after the command. */
interface Refused extends Printed {
    readonly types: readonly string[];
}

/** A project with a stack of its own. */
class Project {
    readonly root: string;
    readonly directory: string;
    private readonly environment: NodeJS.ProcessEnv;
    private initialized = false;

    constructor(language: string, runtime: string, files: Readonly<Record<string, string>> = {}) {
        this.root = exampleDirectory(`bad-${language}`);
        this.directory = join(this.root, "program");
        this.environment = createExample(this.root);
        mkdirSync(this.directory);
        this.write({ "Pulumi.yaml": `name: bad-input\nruntime: ${runtime}\n${plugins}`, ...files });
    }

    write(files: Readonly<Record<string, string>>): void {
        for (const [name, content] of Object.entries(files)) writeFileSync(join(this.directory, name), content);
    }

    run(command: string, env: NodeJS.ProcessEnv = {}): Promise<Printed> {
        const options = { cwd: this.directory, maxBuffer: 1 << 26, env: { ...this.environment, ...env } };
        return new Promise((done) => {
            execFile("bash", ["-ec", `(${command}) 2>&1`], options, (error, output) => {
                done({ failed: error !== null, output: stripVTControlCharacters(output) });
            });
        });
    }

    async succeed(command: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
        const { failed, output } = await this.run(command, env);
        if (failed) throw new Error(`${command} failed:\n${output}`);
        return output;
    }

    async up(env: NodeJS.ProcessEnv = {}): Promise<Refused> {
        if (!this.initialized) await this.succeed("pulumi stack init test");
        this.initialized = true;
        const printed = await this.run("pulumi up --yes --skip-preview --color never", env);
        const exported = JSON.parse(await this.succeed("pulumi stack export")) as { deployment: Partial<StackState> };
        const types = (exported.deployment.resources ?? []).map(({ type }) => type);
        // Pulumi has the stack and providers in the state.
        return { ...printed, types: types.filter((type) => !type.startsWith("pulumi:")) };
    }

    close(): void {
        rmSync(this.root, { recursive: true });
    }
}

const nodeProgram = (from: string) => `
const pulumi = require("@pulumi/pulumi");
const { RedisDatabase } = require("${from}");
const cases = {
    known: () => ({
        version: 8.10,
        memoryMb: "a lot",
        memoryMd: 64,
        password: "first-line\\nsecond-line",
        startTimeoutSeconds: 0,
        savePoints: [{ seconds: 60 }],
        tls: { hostz: ["localhost"] },
    }),
    resolved: () => ({
        version: pulumi.output(7.0),
        host: pulumi.output(undefined),
        password: pulumi.secret("first-line\\nsecond-line"),
    }),
};
new RedisDatabase("bad-input", cases[process.env.CASE]());
`;

const yamlProgram = (properties: string, more = "") =>
    `name: bad-input\nruntime: yaml\n${plugins}${more}resources:\n  bad-input:\n    type: redis-database:RedisDatabase\n    properties: ${properties}\n`;

const cases = ["known", "resolved"] as const;
type Case = (typeof cases)[number];
type ByCase = Readonly<Record<Case, Refused>>;

/** Runs a project's program with each case. */
async function eachCase(project: Project, env: NodeJS.ProcessEnv = {}): Promise<ByCase> {
    const known = await project.up({ ...env, CASE: "known" });
    return { known, resolved: await project.up({ ...env, CASE: "resolved" }) };
}

const runs = {
    async inProcess() {
        const project = new Project("in-process", "{ name: nodejs, options: { typescript: false } }\nmain: index.js");
        project.write({ "index.js": nodeProgram("pulumi-redis-database") });
        const refused = await eachCase(project);
        project.close();
        return refused;
    },
    async nodejs() {
        const project = new Project("nodejs", "nodejs\nmain: index.ts");
        project.write({ "index.ts": nodeProgram(join(checkout, "sdk/nodejs")), "tsconfig.json": "{}" });
        const refused = await eachCase(project);
        project.close();
        return refused;
    },
    async python() {
        const project = new Project("python", "{ name: python, options: { virtualenv: venv } }");
        cpSync(join(programs, "python"), project.directory, { recursive: true });
        const requirements = join(checkout, "examples/python");
        await project.succeed(`python3 -m venv venv
            cd ${requirements} && ${project.directory}/venv/bin/pip install --quiet -r requirements.txt`);
        const own = await project.succeed("venv/bin/python refused.py");
        const refused = await eachCase(project);
        project.close();
        return { ...refused, own };
    },
    async go() {
        const project = new Project("go", "{ name: go, options: { binary: program } }");
        cpSync(join(programs, "go"), project.directory, { recursive: true });
        const module = example("go", "go.mod").replace("../../sdk", join(checkout, "sdk"));
        project.write({ "go.mod": module, "go.sum": example("go", "go.sum") });
        const env = sharedGoPackages(project.root, "program");
        await project.succeed("go build -o program .", env);
        const own = await project.run("go build -o /dev/null ./refused", env);
        const refused = await eachCase(project);
        project.close();
        return { ...refused, own };
    },
    async java() {
        const project = new Project("java", "java");
        cpSync(join(programs, "java"), project.directory, { recursive: true });
        project.write({ "pom.xml": example("java", "pom.xml").replace("catalog.App", "bad.App") });
        const library = `-Dfile=$(echo ${checkout}/dist/packages/redis-database-*.jar)`;
        const mvn = "mvn --batch-mode --quiet";
        await project.succeed(
            `${mvn} org.apache.maven.plugins:maven-install-plugin:3.1.4:install-file ${library}; cp pom.xml refused`,
        );
        const missing = await project.succeed(`${mvn} compile exec:java -DmainClass=bad.Missing`);
        const own = await project.run(`${mvn} --file refused/pom.xml compile`);
        const refused = await eachCase(project);
        project.close();
        return { ...refused, own, missing };
    },
    async yaml() {
        const project = new Project("yaml", "yaml");
        const up = (properties: string, more?: string) => {
            project.write({ "Pulumi.yaml": yamlProgram(properties, more) });
            return project.up();
        };
        const own = await up(
            "{ memoryMb: a lot, memoryMd: 64, savePoints: [{ seconds: 60 }], tls: { hostz: [localhost] } }",
        );
        const known = await up('{ version: 8.10, startTimeoutSeconds: 0, password: "first-line\\nsecond-line" }');
        const resolved = await up('{ host: null, password: { "fn::secret": "first-line\\nsecond-line" } }');
        const number = await up("{ version: 7.0 }");
        const config = "config: { version: { type: string } }\n";
        await project.succeed("pulumi config set version 8.10");
        const configured = await up('{ version: "${version}" }', config);
        await project.succeed("pulumi config set version 8.10-aof");
        const remedied = await project.run("pulumi preview --color never");
        project.close();
        return { known, resolved, own, number, configured, remedied };
    },
};

/** A finding in a message: its path, and the rest of its two lines. */
type Finding = readonly [path: string, text: string];

/** The findings in the first message that has any, by their paths. */
function findingsIn(output: string): Finding[] {
    const [, lines = ""] =
        /RedisDatabase "bad-input": \d+ problems? in its arguments; nothing was touched\.\n((?: +\S+: .*\n +→ .*\n)+)/.exec(
            output,
        ) ?? [];
    const findings = [...lines.matchAll(/ +(\S+): (.*\n) +(→ .*)\n/g)].map(
        ([, path = "", problem = "", remedy = ""]) => [path, problem + remedy] as const,
    );
    return findings.sort(([one], [other]) => (one < other ? -1 : 1));
}

const inPath = (spell: (name: string) => string) => (path: string) =>
    path.replace(/\[[^\]]*\]|\w+/g, (part) => (part.startsWith("[") ? part : spell(part)));
const spellings: Readonly<Record<string, (path: string) => string>> = {
    python: inPath((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
    go: inPath((name) => name.charAt(0).toUpperCase() + name.slice(1)),
};

/**
 * The arguments of each case that the language can express, and sends. Go, Java and YAML send no property for an Output
 * that resolves to nothing, as if it were not given. The SDK for Node.js leaves out properties that it does not know, which
 * TypeScript refuses. All except the one for Java make a password secret, so it is not among the known values.
 */
const expressible: Readonly<Record<string, Readonly<Record<Case, readonly string[]>>>> = {
    inProcess: {
        known: [
            "memoryMb",
            "memoryMd",
            "password",
            "savePoints[0].changes",
            "startTimeoutSeconds",
            "tls.hostz",
            "version",
        ],
        resolved: ["host", "password", "version"],
    },
    nodejs: {
        known: ["memoryMb", "savePoints[0].changes", "startTimeoutSeconds", "tls.hostz", "version"],
        resolved: ["host", "password", "version"],
    },
    python: {
        known: ["memoryMb", "savePoints[0].changes", "startTimeoutSeconds", "tls.hostz", "version"],
        resolved: ["host", "password", "version"],
    },
    go: { known: ["savePoints[0].changes", "startTimeoutSeconds"], resolved: ["password"] },
    java: { known: ["password", "startTimeoutSeconds"], resolved: ["password"] },
    yaml: { known: ["startTimeoutSeconds", "version"], resolved: ["password"] },
};

/** Programs in Go and Java take most of the time, since each is compiled. */
const compiled = ["go", "java"];
const names = (Object.keys(runs) as (keyof typeof runs)[]).filter(
    (name) => process.env.TEST_ALL || !compiled.includes(name),
);
const testCompiled = process.env.TEST_ALL ? test : test.skip;

describe("invalid arguments", () => {
    type Results = { readonly [Name in keyof typeof runs]: Awaited<ReturnType<(typeof runs)[Name]>> };
    let results: Results;
    const resultsOf = (language: string) => present((results as Readonly<Record<string, ByCase>>)[language]);

    beforeAll(async () => {
        // All must end, so that none still runs after a failure.
        const ended = await Promise.allSettled(names.map((name) => runs[name]()));
        const values = ended.map((result) => {
            if (result.status === "rejected") throw result.reason;
            return result.value;
        });
        results = Object.fromEntries(names.map((name, index) => [name, values[index]] as const)) as unknown as Results;
    });

    test.each(cases)("in process, all are reported in one message (%s values)", (which) => {
        const { output, failed, types } = results.inProcess[which];
        expect(findingsIn(output).map(([path]) => path)).toEqual(expressible.inProcess?.[which]);
        expect({ failed, types }).toEqual({ failed: true, types: [] });
    });

    describe.each(names.filter((name) => name !== "inProcess"))("in %s", (language) => {
        test.each(cases)("the component reports the same (%s values)", (which) => {
            const { output } = resultsOf(language)[which];
            const expected = new Map(findingsIn(results.inProcess[which].output));
            const spell = spellings[language] ?? ((path: string) => path);
            const paths = present(expressible[language])[which];
            expect(findingsIn(output)).toEqual(paths.map((path) => [spell(path), present(expected.get(path))]));
            const problems = paths.length === 1 ? "1 problem" : `${paths.length} problems`;
            expect(output).toContain(
                "error: redis-database:index:RedisDatabase resource 'bad-input' has a problem: " +
                    `RedisDatabase "bad-input": ${problems} in its arguments; nothing was touched.\n`,
            );
        });

        test.each(cases)("nothing is touched, and no secret or code of the plugin is shown (%s values)", (which) => {
            const { failed, output, types } = resultsOf(language)[which];
            expect(failed).toBe(true);
            expect(types).toEqual([]);
            expect(output).not.toContain("second-line");
            // Pulumi also hides values that it knows to be secret, so the message is the evidence.
            if (which === "resolved") expect(output).toContain("assword: is not usable (its value is not shown)\n");
            // Pulumi's SDKs for Node.js, Python and Java may add where the program was when the engine stopped it.
            expect(output).not.toMatch(/dist\/plugin\/|dist\/provider\/|^ +at .*\/provider\//m);
            if (language === "go" || language === "yaml") expect(output).not.toMatch(/^\s+at |goroutine|panic/m);
        });
    });

    test("no Docker object exists", () => {
        const filter = ["--filter", "name=bad-input-", "--format"];
        expect(docker("ps", "--all", ...filter, "{{.Names}}")).toBe("");
        expect(docker("volume", "ls", ...filter, "{{.Name}}")).toBe("");
    });

    test("Python refuses unknown and missing arguments of its classes", () => {
        expect(results.python.own.trim().split("\n")).toEqual([
            "RedisDatabase._internal_init() got an unexpected keyword argument 'memory_md'",
            "TlsArgs.__init__() got an unexpected keyword argument 'hostz'",
            "SavePointArgs.__init__() missing 1 required keyword-only argument: 'changes'",
        ]);
    });

    testCompiled("Go's compiler refuses wrong types and unknown fields", () => {
        const { failed, output } = results.go.own;
        expect(failed).toBe(true);
        const lines = output.trim().split("\n").slice(1);
        expect(lines).toHaveLength(4);
        for (const [index, text] of [
            "cannot use 8.10 (",
            'cannot use pulumi.String("a lot") (',
            "unknown field MemoryMd in struct literal of type redisdatabase.RedisDatabaseArgs",
            "unknown field Hostz in struct literal of type redisdatabase.TlsArgs",
        ].entries()) {
            expect(lines[index]).toContain(text);
        }
    });

    testCompiled("Java's compiler refuses wrong types and unknown methods, and the SDK a missing member", () => {
        const { own, missing } = results.java;
        expect(own.failed).toBe(true);
        const [errors = ""] = own.output.split("[ERROR] Failed to execute goal");
        const found = [...errors.matchAll(/Refused\.java:\[\d+,\d+\] (.*)\n(?: +symbol: +(.*)\n)?/g)];
        expect(found.map(([, text, symbol]) => [text, symbol])).toEqual([
            ["no suitable method found for version(double)", undefined],
            ["no suitable method found for memoryMb(java.lang.String)", undefined],
            ["cannot find symbol", "method memoryMd(int)"],
            ["cannot find symbol", "method hostz(java.lang.String)"],
        ]);
        expect(missing).toContain("Missing required property 'changes when constructing 'SavePointArgs'");
    });

    test("Pulumi's YAML checker refuses wrong types, unknown properties and missing members", () => {
        const { failed, output, types } = results.yaml.own;
        expect({ failed, types }).toEqual({ failed: true, types: [] });
        for (const text of [
            "memoryMb: Cannot assign type 'string' to type 'integer'",
            "changes: Missing required property 'changes'",
            "tls: Cannot assign '{hostz: List<string>}' to 'redis-database:index:Tls':\n        Existing properties are: hosts,",
            "\n      Existing properties are: memoryMb,",
        ]) {
            expect(output).toContain(text);
        }
    });

    test("in YAML, a version that is a number is refused, and what the message says works in the configuration", () => {
        const { number, configured, remedied } = results.yaml;
        const text = present(findingsIn(number.output)[0])[1];
        expect(text).toMatch(/^is 7 \(a number\)\n→ give it in quotes, as a string: "7.0"; in a YAML program's/);
        const inConfiguration = present(findingsIn(configured.output)[0])[1];
        expect(inConfiguration).toMatch(/^is 8.1 \(a number\)\n/);
        expect(inConfiguration).toContain('in a YAML program\'s configuration, give it with its flavor: "8.10-aof"');
        expect(remedied).toMatchObject({ failed: false, output: expect.stringMatching(/\+ \d+ to create/) as string });
    });
});
