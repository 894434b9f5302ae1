/** What is pinned in two places is pinned to the same version. */
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

test("each image that the tests of versions run is in the catalog, and can be made without a registry", () => {
    const images = [...(pins.VERSIONS?.trim().split(/\s+/) ?? [])];
    const known = releaseNames.map((release) => versions[release].image);
    expect(images.filter((image) => !known.includes(image))).toEqual([]);
    const recipes = read("images/images.tsv")
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => line.split("\t"));
    expect(recipes.map(([reference]) => reference)).toEqual([...images, ...(pins.TERMINATOR_IMAGES?.split(" ") ?? [])]);
    for (const [reference, recipe, ...rest] of recipes) {
        expect([reference, ["debian", "source", "wheel"].includes(recipe ?? "")]).toEqual([reference, true]);
        // A package that is not Debian's is pinned by its content.
        const pinned = rest.length === 4 && /^[0-9a-f]{64}$/.test(rest[3] ?? "");
        expect([reference, pinned]).toEqual([reference, recipe !== "debian"]);
    }
});
