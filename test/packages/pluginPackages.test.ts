/** Installs the plugin in an empty YAML project, in the ways that need no registry. Nothing is downloaded. */
import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmptyProject } from "./support/emptyProject";
import { checkout, dependencies, library, packages, pluginArchive, version } from "./support/packages";

const program = `name: own
runtime: yaml
resources:
  sessions:
    type: redis-database:RedisDatabase
    properties: { version: "8.6", memoryMb: 256 }
outputs: { tlsUrl: "\${sessions.tlsUrl}", caCertPem: "\${sessions.caCertPem}" }
`;

const unchanged = { unchanged: expect.any(Number) as number };

describe("a YAML project", () => {
    let project: EmptyProject;

    beforeAll(() => {
        project = new EmptyProject({ "Pulumi.yaml": program }, { npm_config_registry: "http://127.0.0.1:9" });
    });

    afterAll(() => {
        project.close();
    });

    test("deploys a database with the plugin from its archive", () => {
        const platform = `${process.platform}-${process.arch.replace("x64", "amd64")}`;
        const archive = join(packages, pluginArchive(platform));
        project.run(`pulumi plugin install resource redis-database ${version} --file ${archive}`);
        expect(project.up()).toEqual({ created: expect.any(Number) as number });
        expect(project.ping()).toBe("PONG");
        expect(project.up()).toEqual(unchanged);
    });

    test("creates the database's resources with the plugins that the package is pinned to", () => {
        const versions = project.state().resources.flatMap(({ type, inputs }) => {
            const [, name] = /^pulumi:providers:(docker|random|tls)$/.exec(type) ?? [];
            return name === undefined ? [] : [[`@pulumi/${name}`, inputs?.version] as const];
        });
        expect(dependencies).toMatchObject(Object.fromEntries(versions));
        expect(new Set(versions.map(([name]) => name)).size).toBe(3);
    });

    test("continues with the plugin's directory, which is part of the npm package, without a change", () => {
        project.run("pulumi plugin rm resource redis-database --yes");
        project.run(`tar -xzf ${join(packages, library)} --strip-components=2 package/dist/plugin`);
        project.run("pulumi package add ./plugin");
        expect(project.run("cat Pulumi.yaml")).toContain("\npackages:\n  redis-database: ./plugin\n");
        expect(project.up()).toEqual(unchanged);
        expect(project.ping()).toBe("PONG");
    });

    test("runs the directory without the executable, which Windows cannot start", () => {
        project.run("rm plugin/pulumi-resource-redis-database");
        expect(project.up()).toEqual(unchanged);
    });
});

describe("the plugin's executable", () => {
    const executable = join(checkout, "dist/plugin/pulumi-resource-redis-database");
    const directory = mkdtempSync(join(tmpdir(), "executable-"));

    afterAll(() => {
        rmSync(directory, { recursive: true });
    });

    test("starts through links, from any directory", async () => {
        symlinkSync(executable, join(directory, "absolute"));
        symlinkSync("absolute", join(directory, "relative"));
        const plugin = spawn(join(directory, "relative"), ["127.0.0.1:1"], { cwd: "/" });
        const [port] = (await once(plugin.stdout, "data")) as [Buffer];
        plugin.kill();
        expect(port.toString()).toMatch(/^\d+\n$/);
    });

    const start = (path: string): SpawnSyncReturns<string> =>
        spawnSync(executable, [], { encoding: "utf8", env: { PATH: path } });

    test("says that Node.js is missing", () => {
        const { status, stdout, stderr } = start("/nonexistent");
        expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
        expect(stderr).toBe(
            "The plugin redis-database needs Node.js 22 or later on PATH, but there is none.\n" +
                "What to do: install it (https://nodejs.org/en/download), then run this again.\n",
        );
    });

    test("says that Node.js is too old", () => {
        writeFileSync(join(directory, "node"), "#!/bin/sh\necho v20.19.4\n", { mode: 0o755 });
        expect(start(directory)).toMatchObject({
            status: 1,
            stdout: "",
            stderr: expect.stringContaining(`but ${directory}/node is v20.19.4.\n`) as string,
        });
    });
});
