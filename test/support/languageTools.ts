/** What the suites for programs in other languages share. */
import { cpSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const checkout = resolve(__dirname, "../..");

/**
 * Settings with which Go uses packages that it has already compiled: those of the toolchain, in a workspace with its module
 * versions. The workspace is written to `directory`, and contains the Go module there at `module`.
 */
export function sharedGoPackages(directory: string, module: string): NodeJS.ProcessEnv {
    const modules = [join(directory, module), join(checkout, "toolchain/pulumi")];
    writeFileSync(join(directory, "go.work"), `go 1.25.11\n${modules.map((path) => `use ${path}\n`).join("")}`);
    cpSync(join(checkout, "toolchain/sdks/go.work.sum"), join(directory, "go.work.sum"));
    return { GOWORK: join(directory, "go.work"), GOFLAGS: "-trimpath", CGO_ENABLED: "0" };
}
