/**
 * Builds the packages in dist/packages from the compiled code, all with the version in package.json:  npm run dist
 */
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { create } from "tar";

const checkout = join(import.meta.dirname, "..");
const packages = join(checkout, "dist/packages");
const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));

/** The names that `pulumi plugin install` uses. The plugin is the same for all of them. */
const platforms = ["linux", "darwin"].flatMap((os) =>
    ["amd64", "arm64"].map((architecture) => `${os}-${architecture}`),
);

rmSync(packages, { recursive: true, force: true });
mkdirSync(packages, { recursive: true });
packLibrary();
for (const platform of platforms) archivePlugin(platform);
buildSdks();
writeChecksums();
for (const name of readdirSync(packages)) {
    const { size } = statSync(join(packages, name));
    console.log(`dist/packages/${name}${size < 1e5 ? "" : ` (${(size / 1e6).toFixed(1)} MB)`}`);
}

function packLibrary() {
    // Without scripts: `npm run dist` has just compiled the code.
    execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", packages], {
        cwd: checkout,
        stdio: ["ignore", "ignore", "inherit"],
    });
}

/** The same files give the same bytes: sorted, and without owners and times. */
function archivePlugin(platform) {
    const cwd = join(checkout, "dist/plugin");
    const files = readdirSync(cwd, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => relative(cwd, join(parentPath, name)))
        .sort();
    const file = join(packages, `pulumi-resource-redis-database-v${version}-${platform}.tar.gz`);
    // The time that npm gives to the files of a package. tar warns of files from 1970.
    create(
        { cwd, file, sync: true, gzip: { level: 9 }, portable: true, mtime: new Date("1985-10-26T08:15:00Z") },
        files,
    );
}

function buildSdks() {
    execFileSync(join(checkout, "toolchain/build-sdks.sh"), [packages], { stdio: ["ignore", "inherit", "inherit"] });
}

/** In the format of `sha256sum --check`. */
function writeChecksums() {
    const lines = readdirSync(packages)
        .sort()
        .map(
            (name) =>
                `${createHash("sha256")
                    .update(readFileSync(join(packages, name)))
                    .digest("hex")}  ${name}\n`,
        );
    writeFileSync(join(packages, "SHA256SUMS"), lines.join(""));
}
