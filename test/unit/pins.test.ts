/** What is pinned in two places is pinned to the same version. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { oldestPulumi } from "../../provider/components/hooks";
import { defaultVersion, parseVersion } from "../../provider/spec/versions";

const root = join(__dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const { dependencies, engines } = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;

/** The assignments of toolchain/versions.env. */
const pins = Object.fromEntries(
    [...read("toolchain/versions.env").matchAll(/^([A-Z_]+)="?([^"\n]*)"?$/gm)].map(
        ([, name = "", value = ""]) => [name, value] as const,
    ),
);

test.each([
    ["DOCKER_PLUGIN_VERSION", "@pulumi/docker"],
    ["RANDOM_PLUGIN_VERSION", "@pulumi/random"],
    ["TLS_PLUGIN_VERSION", "@pulumi/tls"],
])("%s is the version of %s, which asks the engine for exactly its own", (pin, dependency) => {
    expect(pins[pin]).toMatch(/^\d+\.\d+\.\d+$/);
    expect(pins[pin]).toBe(dependencies?.[dependency]);
    const { version } = JSON.parse(read(`node_modules/${dependency}/package.json`)) as { version: string };
    expect(version).toBe(pins[pin]);
});

test("the oldest Node.js that is accepted is the one that the package asks for", () => {
    expect(engines?.node).toBe(`>=${pins.NODE_MINIMUM?.split(".")[0] ?? ""}`);
});

test("the oldest Pulumi that set-up accepts is the one that the component and the README ask for", () => {
    expect(oldestPulumi).toBe(pins.PULUMI_VERSION);
    expect(read("README.md")).toContain(`- Pulumi ${oldestPulumi.replace(/\.0$/, "")} or later`);
});

test("the Redis that set-up provides is the default one, and known ones for the tests", () => {
    expect(pins.DEFAULT_REDIS_VERSION).toBe(defaultVersion);
    const versions = pins.TEST_REDIS_VERSIONS?.split(" ") ?? [];
    expect(versions.filter((version) => parseVersion(version) === undefined)).toEqual([]);
    expect(versions).toContain(defaultVersion);
});
