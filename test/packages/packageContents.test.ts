/** What `npm run dist` builds, and which files the npm package and the plugin contain. */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
    checkout,
    filesIn,
    javaLibrary,
    library,
    packages,
    pluginArchive,
    pythonWheel,
    version,
} from "./support/packages";

const archives = ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64"].map(pluginArchive);

const sources = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "provider"], {
    cwd: checkout,
    encoding: "utf8",
})
    .trim()
    .split("\n")
    .map((file) => file.replace("provider/", ""));
const data = sources.filter((file) => /^(containers|model\/catalog\/directives)\//.test(file));

const plugin = [
    "LICENSE",
    "PulumiPlugin.yaml",
    "THIRD-PARTY-LICENSES",
    "main.js",
    "package.json",
    "pulumi-resource-redis-database",
    "run-plugin/index.js",
    "run-plugin/package.json",
    "schema.json",
    ...data,
];

test("dist/packages has one package of each kind, with the checksums of all", () => {
    const all = [library, ...archives, pythonWheel, javaLibrary].sort();
    expect(readdirSync(packages).sort()).toEqual(["SHA256SUMS", ...all].sort());
    const checked = execFileSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], {
        cwd: packages,
        encoding: "utf8",
    });
    expect(checked).toBe(all.map((name) => `${name}: OK\n`).join(""));
});

test("the npm package has the compiled library with its types and data, and the plugin", () => {
    const compiled = sources
        .filter((file) => file.endsWith(".ts") && !file.startsWith("plugin/"))
        .flatMap((file) => [file.replace(/ts$/, "js"), file.replace(/ts$/, "d.ts")]);
    const expected = [
        "LICENSE",
        "README.md",
        "package.json",
        ...[...compiled, ...data, "platform/engine/supervise.sh"].map((file) => `dist/provider/${file}`),
        ...plugin.map((file) => `dist/plugin/${file}`),
    ];
    expect(filesIn(library)).toEqual(expected.map((file) => `package/${file}`).sort());
});

test.each(archives)("%s has the plugin, the same for each platform", (archive) => {
    expect(filesIn(archive)).toEqual([...plugin].sort());
    expect(readFileSync(join(packages, archive)).equals(readFileSync(join(packages, archives[0] ?? "")))).toBe(true);
});

test("the plugin has the package's version, and no path of the machine that built it", () => {
    const directory = join(checkout, "dist/plugin");
    for (const file of ["package.json", "schema.json"]) {
        expect(JSON.parse(readFileSync(join(directory, file), "utf8"))).toMatchObject({ version });
    }
    expect(readFileSync(join(directory, "main.js"), "utf8")).not.toContain(checkout);
});
