/** States in a directory. */
import { copyFile, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Lock, type StateBackend, parseLock } from "./backend";

export class FileBackend implements StateBackend {
    private readonly stacks: string;
    private readonly allLocks: string;

    constructor(directory: string, project: string) {
        this.stacks = join(directory, ".pulumi/stacks", project);
        this.allLocks = join(directory, ".pulumi/locks/organization", project);
    }

    async list(): Promise<readonly string[]> {
        const files = (await ifPresent(readdir(this.stacks))) ?? [];
        return files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -".json".length));
    }

    read(stack: string): Promise<string | undefined> {
        return ifPresent(readFile(this.file(stack), "utf8"));
    }

    async locks(stack: string): Promise<readonly Lock[]> {
        const directory = join(this.allLocks, stack);
        const files = ((await ifPresent(readdir(directory))) ?? []).filter((file) => file.endsWith(".json"));
        const locks = files.map(async (file) => {
            const path = join(directory, file);
            // The operation may end, or may not have written the file completely yet.
            const json = await ifPresent(readFile(path, "utf8"));
            return json ? [parseLock(path, json)] : [];
        });
        return (await Promise.all(locks)).flat();
    }

    async removeLock(_stack: string, { id }: Lock): Promise<void> {
        await rm(id, { force: true });
    }

    async restoreBackup(stack: string): Promise<void> {
        for (const suffix of ["", ".attrs"]) {
            const [file, backup] = [`${this.file(stack)}${suffix}`, `${this.file(stack)}.bak${suffix}`];
            await copyFile(backup, file).catch(async (error: unknown) => {
                if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
                // The first write of a new stack was interrupted: nothing is deployed.
                await rm(file, { force: true });
            });
        }
    }

    private file(stack: string): string {
        return join(this.stacks, `${stack}.json`);
    }
}

async function ifPresent<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
        return await answer;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
    }
}
