/**
 * Bundles the compiled plugin into dist/plugin, a directory that runs without node_modules. Part of `npm run build`.
 */
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build } from "esbuild";

const checkout = join(import.meta.dirname, "..");
const compiled = join(checkout, "dist/provider");
const plugin = join(checkout, "dist/plugin");
const { version, license, engines } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));

rmSync(plugin, { recursive: true, force: true });
mkdirSync(plugin, { recursive: true });
const { metafile } = await build({
    absWorkingDir: checkout,
    entryPoints: [join(compiled, "plugin/main.js")],
    outfile: join(plugin, "main.js"),
    bundle: true,
    platform: "node",
    target: engines.node.replace(">=", "node"),
    // Not minified: stack traces stay readable, and it would start no faster.
    plugins: [ownDirectories(), withoutFunctionSerialization()],
    metafile: true,
    logLevel: "warning",
});
for (const data of ["containers", "model/catalog/directives"]) {
    cpSync(join(compiled, data), join(plugin, data), { recursive: true });
}
cpSync(join(checkout, "provider/plugin/schema.json"), join(plugin, "schema.json"));
cpSync(join(checkout, "provider/plugin/folder"), plugin, { recursive: true });
cpSync(join(checkout, "LICENSE"), join(plugin, "LICENSE"));
writeFileSync(join(plugin, "THIRD-PARTY-LICENSES"), licenses(Object.keys(metafile.inputs)));
writeFileSync(
    join(plugin, "package.json"),
    `${JSON.stringify(
        {
            name: "pulumi-resource-redis-database",
            version,
            private: true,
            license,
            engines,
            main: "main.js",
            // `pulumi package add DIRECTORY` runs `npm install`, which only creates a link for this.
            dependencies: { "@pulumi/pulumi": "file:run-plugin" },
        },
        undefined,
        2,
    )}\n`,
);

/**
 * In a bundle, `__dirname` is the bundle's directory. Our files read data next to them, so each gets its own directory:
 * dist/plugin has the directories of dist/provider, except that the plugin's own is the root.
 */
function ownDirectories() {
    return {
        name: "own-directories",
        setup({ onLoad }) {
            onLoad({ filter: /\.js$/ }, ({ path }) => {
                const directory = relative(compiled, dirname(path));
                if (directory.startsWith("..")) return undefined;
                const own = `require("node:path").join(__dirname, ${JSON.stringify(directory === "plugin" ? "." : directory)})`;
                return { contents: readFileSync(path, "utf8").replace(/\b__dirname\b/g, own) };
            });
        },
    };
}

/**
 * Leaves out what @pulumi/pulumi loads only to serialize functions, which no component does: two thirds of its size and
 * of the time until the plugin is ready.
 */
function withoutFunctionSerialization() {
    return {
        name: "without-function-serialization",
        setup({ onResolve, onLoad }) {
            onResolve({ filter: /^(typescript|@npmcli\/arborist)$/ }, ({ path }) => ({ path, namespace: "left-out" }));
            onLoad({ filter: /./, namespace: "left-out" }, () => ({ contents: "" }));
        },
    };
}

/** The licenses of the bundled packages, each text once. */
function licenses(files) {
    const packages = new Set(files.map((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]));
    packages.delete(undefined);
    const byText = new Map();
    for (const directory of [...packages].map((each) => join(checkout, each)).sort()) {
        const {
            name,
            version: bundled,
            license: id,
        } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
        const file = readdirSync(directory).find((each) => /^(licen[cs]e|copying)/i.test(each));
        const text = file ? readFileSync(join(directory, file), "utf8").trim() : "";
        byText.set(text, [...(byText.get(text) ?? []), `${name} ${bundled} (${id})`]);
    }
    return [...byText]
        .map(([text, names]) => `${[...names, "", text].join("\n").trim()}\n`)
        .join(`\n${"-".repeat(80)}\n\n`);
}
