/** Versions that are pinned in two files must be the same in both. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { oldestPulumi } from "../../../provider/components/hooks/hooks";
import { defaultVersion, parseVersion, releaseNames, versions } from "../../../provider/model/catalog/versions";

const root = join(__dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const { dependencies, engines } = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;

/** The assignments of toolchain/versions.env. */
const pins = Object.fromEntries(
    [...read("toolchain/versions.env").matchAll(/^([A-Z_]+)=(?:"([^"]*)"|([^"\n]*))$/gm)].map(
        ([, name = "", quoted, bare = ""]) => [name, quoted ?? bare] as const,
    ),
);

test.each([
    ["DOCKER_PLUGIN_VERSION", "@pulumi/docker"],
    ["RANDOM_PLUGIN_VERSION", "@pulumi/random"],
    ["TLS_PLUGIN_VERSION", "@pulumi/tls"],
])("%s is the version of %s, which requires the plugin of exactly its version", (pin, dependency) => {
    expect(pins[pin]).toMatch(/^\d+\.\d+\.\d+$/);
    expect(pins[pin]).toBe(dependencies?.[dependency]);
    const { version } = JSON.parse(read(`node_modules/${dependency}/package.json`)) as { version: string };
    expect(version).toBe(pins[pin]);
});

test("set-up and the plugin accept the oldest Node.js that the package supports", () => {
    const executable = read("provider/plugin/folder/pulumi-resource-redis-database");
    const [, accepted = "none"] = /-ge (\d+) \]/.exec(executable) ?? [];
    expect(engines?.node).toBe(`>=${accepted}`);
    expect(executable).toContain(`Node.js ${accepted} or later`);
    expect(engines?.node).toBe(`>=${pins.NODE_MINIMUM?.split(".")[0] ?? ""}`);
});

test("set-up accepts the oldest Pulumi that the component and the README require", () => {
    expect(oldestPulumi).toBe(pins.PULUMI_VERSION);
    expect(read("README.md")).toContain(`- Pulumi ${oldestPulumi.replace(/\.0$/, "")} or later`);
});

test.each(["pulumi", "plugins"])("the Go module toolchain/%s requires the same Pulumi as set-up", (module) => {
    const required = read(`toolchain/${module}/go.mod`).matchAll(/pulumi\/pulumi\/(?:pkg|sdk)\/v3 v(\S+)/g);
    expect([...required].map(([, version]) => version)).toEqual([pins.PULUMI_VERSION, pins.PULUMI_VERSION]);
});

test("set-up provides the default Redis, and versions from the catalog for the tests", () => {
    expect(pins.DEFAULT_REDIS_VERSION).toBe(defaultVersion);
    const versions = pins.TEST_REDIS_VERSIONS?.split(" ") ?? [];
    expect(versions.filter((version) => parseVersion(version) === undefined)).toEqual([]);
    expect(versions).toContain(defaultVersion);
});

test("each image for the version tests is in the catalog and can be built without a registry", () => {
    const images = [...(pins.VERSIONS?.trim().split(/\s+/) ?? [])];
    const known = releaseNames.map((release) => versions[release].image);
    expect(images.filter((image) => !known.includes(image))).toEqual([]);
    const recipes = read("images/images.tsv")
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => line.split("\t"));
    const others = [pins.TERMINATOR_IMAGES, pins.BACKUP_IMAGES].flatMap((list) => list?.split(" ") ?? []);
    expect(recipes.map(([reference]) => reference)).toEqual([...images, ...others]);
    for (const [reference, recipe, ...rest] of recipes) {
        expect([reference, ["debian", "source", "wheel", "go"].includes(recipe ?? "")]).toEqual([reference, true]);
        // A Python package is pinned by its hash, and a Go module by go.sum.
        const pinned = rest.length === 4 && /^[0-9a-f]{64}$/.test(rest[3] ?? "");
        expect([reference, pinned]).toEqual([reference, recipe === "source" || recipe === "wheel"]);
    }
});

test("the restic of the backup image is the one that its Go module requires", () => {
    const [, version] = /^restic\/restic:(\S+)/m.exec(read("images/images.tsv")) ?? [];
    expect(read("toolchain/restic/go.mod")).toContain(`\tgithub.com/restic/restic v${version ?? "none"} // indirect`);
});
