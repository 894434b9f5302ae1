/** What this package's package.json says. */
import { createRequire } from "node:module";

interface PackageFile {
    readonly version: string;
    readonly engines: { readonly node: string };
}

const file = createRequire(__filename)("pulumi-redis-database/package.json") as PackageFile;

export const packageVersion = file.version;

/** The oldest major version of Node.js that works. */
export const oldestNode = Number(/\d+/.exec(file.engines.node)?.[0]);
