/** The directory in which the CLI runs one operation. Each operation has its own, so that none can disturb another. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Settings } from "../options";
import type { StoredSpecification } from "../specification";
import type { SecretsState } from "../state/checkpoint";
import { isRunning } from "../state/processes";

/** File in the directory from which the program reads what to deploy. Only the user can read it: it holds secrets. */
export const specificationFile = "specification.json";

export class WorkDirectory {
    readonly path: string;
    /** To which the CLI writes the engine's events. */
    readonly eventLog: string;

    constructor(
        { workDirectory, project }: Settings,
        /** The name of the stack. */
        readonly stack: string,
        secrets: SecretsState | undefined,
        specification?: StoredSpecification,
    ) {
        // The process is part of the name, so that the next one can remove what a killed one left behind.
        this.path = mkdtempSync(join(workDirectory, `${process.pid}-`));
        this.eventLog = join(this.path, "events.json");
        // The program is JavaScript. Loading the TypeScript compiler would add a second to each operation.
        const runtime = { name: "nodejs", options: { typescript: false } };
        this.write("Pulumi.yaml", { name: project, runtime, main: "index.js" });
        this.write("package.json", { name: project, private: true });
        if (secrets) this.write(`Pulumi.${stack}.yaml`, stackSettings(secrets));
        if (specification) this.write(specificationFile, specification);
        writeFileSync(
            join(this.path, "index.js"),
            `module.exports = require(${JSON.stringify(join(__dirname, "../program.js"))}).deploy();\n`,
        );
        // The language host looks for the SDK next to the program. This package must get the same copy.
        const modules = join(this.path, "node_modules/@pulumi");
        mkdirSync(modules, { recursive: true });
        symlinkSync(dirname(require.resolve("@pulumi/pulumi/package.json")), join(modules, "pulumi"));
    }

    /** JSON is also YAML. */
    private write(file: string, content: object): void {
        writeFileSync(join(this.path, file), JSON.stringify(content), { mode: 0o600 });
    }

    remove(): void {
        rmSync(this.path, { recursive: true, force: true });
    }
}

/** The stack's settings file. It repeats what the state says about the encryption of its secrets. */
function stackSettings({ salt, url, encryptedKey }: SecretsState): object {
    return salt !== undefined ? { encryptionsalt: salt } : { secretsprovider: url, encryptedkey: encryptedKey };
}

/** Removes the directories of processes that no longer run: they can hold specifications with secrets. */
export function removeAbandoned({ workDirectory }: Settings): void {
    for (const name of readdirSync(workDirectory)) {
        const pid = Number(/^(\d+)-/.exec(name)?.[1]);
        if (pid !== process.pid && !isRunning(pid)) rmSync(join(workDirectory, name), { recursive: true, force: true });
    }
}
