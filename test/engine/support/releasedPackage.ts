/**
 * The package of an earlier revision, taken from the git history and built with this checkout's compiler and
 * dependencies.
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const checkout = resolve(__dirname, "../../..");

export class ReleasedPackage {
    private constructor(
        /** For `TestStack.usePackage`. Inside the checkout, so that the package finds its dependencies. */
        readonly directory: string,
    ) {}

    /** The package of a commit or tag. */
    static build(revision: string): ReleasedPackage {
        if (!isKnown(revision)) {
            throw new Error(
                `The git history of ${checkout} lacks ${revision}, the revision to build the package from. ` +
                    "Fetch the complete history: git fetch --unshallow --tags",
            );
        }
        const directory = join(checkout, ".local/engine", `package-${revision}-${randomBytes(3).toString("hex")}`);
        mkdirSync(directory, { recursive: true });
        const files = execFileSync("git", ["archive", revision], { cwd: checkout, maxBuffer: 1 << 28 });
        execFileSync("tar", ["-x"], { cwd: directory, input: files });
        // npm also searches the parent directories for commands, so tsc is this checkout's.
        execFileSync("npm", ["run", "build"], { cwd: directory, stdio: ["ignore", "ignore", "inherit"] });
        return new ReleasedPackage(directory);
    }

    remove(): void {
        rmSync(this.directory, { recursive: true });
    }
}

function isKnown(revision: string): boolean {
    try {
        execFileSync("git", ["cat-file", "-e", `${revision}^{commit}`], { cwd: checkout, stdio: "ignore" });
        return true;
    } catch {
        return false;
    }
}
