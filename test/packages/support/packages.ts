/** The packages that `npm run dist` builds. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const checkout = resolve(__dirname, "../../..");
export const packages = join(checkout, "dist/packages");

export const { version, dependencies } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as {
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
};

export const pythonWheel = `pulumi_redis_database-${version}-py3-none-any.whl`;
export const javaLibrary = `redis-database-${version}.jar`;
export const library = `pulumi-redis-database-${version}.tgz`;
export const pluginArchive = (platform: string) => `pulumi-resource-redis-database-v${version}-${platform}.tar.gz`;

/** The files in a package, sorted. */
export function filesIn(name: string): string[] {
    return execFileSync("tar", ["-tzf", join(packages, name)], { encoding: "utf8" })
        .trim()
        .split("\n")
        .sort();
}
