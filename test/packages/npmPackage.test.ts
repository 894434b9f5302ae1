/** Installs the npm package in an empty project, as a user does. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeBlock } from "../support/codeBlocks";
import { EmptyProject } from "./support/emptyProject";
import { checkout, library, packages } from "./support/packages";

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

/** Checks the published types. If a member were missing from them, they would accept any argument here. */
const types = `import { RedisDatabase, RedisReplica } from "pulumi-redis-database";
export const follow = (database: RedisDatabase) => new RedisReplica("copy", { primary: database });
// @ts-expect-error A RedisReplica cannot be the primary of another one.
export const wrong = (replica: RedisReplica) => new RedisReplica("copy", { primary: replica });
`;

describe("a project with the package", () => {
    let project: EmptyProject;

    beforeAll(() => {
        project = new EmptyProject(
            {
                "package.json": { name: "own", private: true, dependencies: { "@pulumi/pulumi": pulumiVersion } },
                "tsconfig.json": tsconfig,
                "Pulumi.yaml": "name: own\nruntime: nodejs\nmain: bin/index.js\n",
                "index.ts": codeBlock("README.md", "Deploy a database", "ts"),
                "types.ts": types,
            },
            { npm_config_prefer_offline: "true" },
        );
        project.run(`npm install --silent ${join(packages, library)}`);
    });

    afterAll(() => {
        project.close();
    });

    test("has one copy of Pulumi's SDK", () => {
        // A second copy would not accept resources of the first.
        expect(project.run("find . -path '*/@pulumi/pulumi/package.json'")).toBe(
            "./node_modules/@pulumi/pulumi/package.json\n",
        );
    });

    test("compiles the README's program and deploys a database that answers over verified TLS", () => {
        project.run(`${join(checkout, "node_modules/.bin/tsc")} --pretty false`);
        expect(project.up()).toEqual({ created: expect.any(Number) as number });
        expect(project.ping()).toBe("PONG");
    });

    test("a second pulumi up changes nothing", () => {
        expect(project.up()).toEqual({ unchanged: expect.any(Number) as number });
    });
});

/** `npm install git+URL` does this, too. Compiling without node_modules takes as long as the rest of the suite. */
(process.env.TEST_ALL ? test : test.skip)("npm pack builds the same package in a fresh checkout", () => {
    const copy = mkdtempSync(join(tmpdir(), "checkout-"));
    try {
        const files = execFileSync("git", ["ls-files", "-coz", "--exclude-standard"], { cwd: checkout });
        execFileSync("xargs", ["-0", "cp", "--parents", "-t", copy], { cwd: checkout, input: files });
        execFileSync("npm", ["pack", "--silent"], { cwd: copy, stdio: ["ignore", "ignore", "inherit"] });
        expect(readFileSync(join(copy, library)).equals(readFileSync(join(packages, library)))).toBe(true);
    } finally {
        rmSync(copy, { recursive: true });
    }
});
