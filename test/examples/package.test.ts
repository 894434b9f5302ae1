/** Installs the package that `npm pack` builds in a separate project, which uses nothing else of this checkout. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const checkout = resolve(__dirname, "../..");

/** What `pulumi new typescript` writes. */
const tsconfig = {
    compilerOptions: {
        strict: true,
        outDir: "bin",
        target: "es2020",
        module: "commonjs",
        moduleResolution: "node",
        sourceMap: true,
        experimentalDecorators: true,
        pretty: true,
        noFallthroughCasesInSwitch: true,
        noImplicitReturns: true,
        forceConsistentCasingInFileNames: true,
    },
    files: ["index.ts", "types.ts"],
};

/** The version of the program's `@pulumi/pulumi`, which the package must share. */
const { version: pulumiVersion } = JSON.parse(
    readFileSync(join(checkout, "node_modules/@pulumi/pulumi/package.json"), "utf8"),
) as { version: string };

const program = `import { RedisDatabase } from "pulumi-redis-database";
export const { tlsUrl } = new RedisDatabase("sessions");
`;

/** Checks the published types. If a member were missing from them, they would accept any argument here. */
const types = `import { RedisDatabase, RedisReplica } from "pulumi-redis-database";
export const follow = (database: RedisDatabase) => new RedisReplica("copy", { primary: database });
// @ts-expect-error A RedisReplica cannot be the primary of another one.
export const wrong = (replica: RedisReplica) => new RedisReplica("copy", { primary: replica });
`;

const directory = mkdtempSync(join(tmpdir(), "package-"));
const [copy, project] = [join(directory, "copy"), join(directory, "project")];

function run(cwd: string, command: string): string {
    return execFileSync("bash", ["-ec", command], {
        cwd,
        encoding: "utf8",
        maxBuffer: 1 << 26,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
            ...process.env,
            npm_config_prefer_offline: "true",
            npm_config_audit: "false",
            PULUMI_HOME: join(directory, "home"),
            PULUMI_BACKEND_URL: `file://${directory}`,
            PULUMI_CONFIG_PASSPHRASE: "only-for-this-test",
        },
    });
}

afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
});

test("npm pack builds a package with which a program compiles and previews, with no other dependencies", () => {
    run(
        checkout,
        `mkdir ${copy} ${project}; git ls-files -co --exclude-standard -z | xargs -0 cp --parents -t ${copy}`,
    );
    // Without node_modules, `npm pack` installs the dependencies, which takes as long as the rest of the test.
    if (!process.env.TEST_ALL) symlinkSync(join(checkout, "node_modules"), join(copy, "node_modules"));
    run(copy, `npm pack --silent --pack-destination ${directory}`);
    const [packed = ""] = readdirSync(directory).filter((file) => file.endsWith(".tgz"));
    expect(run(directory, `tar -tzf ${packed}`)).toContain("package/dist/provider/index.js");

    const files = {
        "package.json": { name: "own", private: true, dependencies: { "@pulumi/pulumi": pulumiVersion } },
        "tsconfig.json": tsconfig,
        "Pulumi.yaml": { name: "own", runtime: "nodejs", main: "bin/index.js" },
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(project, name), JSON.stringify(content));
    writeFileSync(join(project, "index.ts"), program);
    writeFileSync(join(project, "types.ts"), types);
    run(project, `npm install --silent ../${packed}`);
    // A second copy of Pulumi's SDK would not accept resources of the first.
    expect(run(project, "find . -path '*/@pulumi/pulumi/package.json'")).toBe(
        "./node_modules/@pulumi/pulumi/package.json\n",
    );
    run(project, `${join(checkout, "node_modules/.bin/tsc")} --pretty false`);
    run(project, `mkdir ../home; ln -s "${process.env.PULUMI_HOME ?? ""}/plugins" ../home/plugins`);
    expect(run(project, "pulumi stack init test --non-interactive; pulumi preview --non-interactive")).toMatch(
        /\+ \d+ to create/,
    );
});
