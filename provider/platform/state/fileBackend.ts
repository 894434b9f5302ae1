/** States in a directory. */
import { copyFile, readFile, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
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
        // The CLI also counts the temporary files of its locks, but not the files with attributes.
        const files = ((await ifPresent(readdir(directory))) ?? []).filter((file) => !file.endsWith(".attrs"));
        return (await Promise.all(files.map((file) => readLock(join(directory, file))))).flat();
    }

    async removeLock(_stack: string, { id }: Lock): Promise<void> {
        for (const file of [id, `${id}.attrs`]) await rm(file, { force: true });
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

/** Milliseconds that no write of a lock takes. */
const writeMs = 10_000;

/** No lock if the operation has ended. A CLI that was killed while it wrote its lock left an incomplete file. */
async function readLock(path: string): Promise<Lock[]> {
    const [json, facts] = [await ifPresent(readFile(path, "utf8")), await ifPresent(stat(path))];
    if (json === undefined || !facts) return [];
    try {
        return [parseLock(path, json)];
    } catch {
        const abandoned = Date.now() - facts.mtimeMs > writeMs;
        return abandoned ? [{ id: path, pid: 0, host: hostname(), since: facts.mtime.toISOString() }] : [];
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
