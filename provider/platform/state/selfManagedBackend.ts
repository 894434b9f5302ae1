/** States in a backend without a service, which Pulumi calls "DIY". The CLI keeps them as files. */
import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import limit from "p-limit";
import { PlatformError } from "../errors";
import { type Lock, type StateBackend, parseLock } from "./backend";
import type { Bucket } from "./bucket";

/** How many files are read at once. */
const concurrentReads = 32;

/** Milliseconds that no write of a lock takes. */
const writeMs = 1000;

/** How a checkpoint is compressed, by the suffix of its file. PULUMI_DIY_BACKEND_GZIP and …_ZSTD choose it. */
const decompress: Readonly<Record<string, (content: Buffer) => Promise<Buffer>>> = {
    "": (content) => Promise.resolve(content),
    ".gz": promisify(zlib.gunzip),
    ".zst": (content) => promisify(zlib.zstdDecompress)(content),
};

export class SelfManagedBackend implements StateBackend {
    private readonly stacks: string;
    private readonly allLocks: string;
    private readonly history: string;
    private readonly backups: string;
    private readonly slots = limit(concurrentReads);

    constructor(
        private readonly bucket: Bucket,
        project: string,
    ) {
        this.stacks = `.pulumi/stacks/${project}`;
        this.allLocks = `.pulumi/locks/organization/${project}`;
        this.history = `.pulumi/history/${project}`;
        this.backups = `.pulumi/backups/${project}`;
    }

    async list(): Promise<readonly string[]> {
        const files = await this.bucket.list(this.stacks);
        const stacks = files.flatMap((file) => /^(.+)\.json(?:\.gz|\.zst)?$/.exec(file)?.[1] ?? []);
        return [...new Set(stacks)];
    }

    async read(stack: string): Promise<Buffer | undefined> {
        return (await this.find(stack))?.content;
    }

    async locks(stack: string): Promise<readonly Lock[]> {
        const folder = `${this.allLocks}/${stack}`;
        // The CLI also counts the temporary files of its locks, but not the files with attributes.
        const files = (await this.bucket.list(folder)).filter((file) => !file.endsWith(".attrs"));
        return (await Promise.all(files.map((file) => this.readLock(`${folder}/${file}`)))).flat();
    }

    /** No lock if its operation has ended. A CLI that was killed while it wrote its lock left an incomplete file. */
    private async readLock(id: string): Promise<Lock[]> {
        for (const waitMs of [writeMs, 0]) {
            const content = await this.bucket.read(id);
            if (!content) return [];
            try {
                return [parseLock(id, content.toString())];
            } catch {
                await setTimeout(waitMs);
            }
        }
        return [{ id, pid: 0, host: hostname(), since: new Date().toISOString() }];
    }

    removeLock(_stack: string, { id }: Lock): Promise<void> {
        return this.bucket.remove(id);
    }

    async repair(stack: string): Promise<void> {
        const found = await this.find(stack);
        if (!found) return;
        await this.bucket.removeIncompleteAttributes(found.file);
        if (found.content.length === 0) await this.restore(stack, found.file);
    }

    async forget(stack: string): Promise<void> {
        for (const folder of [`${this.history}/${stack}`, `${this.backups}/${stack}`]) {
            for (const file of await this.bucket.list(folder)) await this.bucket.remove(`${folder}/${file}`);
        }
        const suffixes = Object.keys(decompress);
        for (const suffix of suffixes) await this.bucket.remove(`${this.stacks}/${stack}.json${suffix}.bak`);
    }

    private async restore(stack: string, file: string): Promise<void> {
        if (await this.bucket.copy(`${file}.bak`, file)) return;
        if ((await this.bucket.list(`${this.history}/${stack}`)).length > 0) {
            throw new PlatformError(
                "backend-unreachable",
                `the state of "${stack}" is empty, and there is no backup of it`,
                `restore ${file} in the backend`,
                {},
            );
        }
        // The first write of a new stack was interrupted: nothing is deployed.
        await this.bucket.remove(file);
    }

    private async find(stack: string): Promise<{ readonly file: string; readonly content: Buffer } | undefined> {
        for (const [suffix, decompressed] of Object.entries(decompress)) {
            const file = `${this.stacks}/${stack}.json${suffix}`;
            const content = await this.slots(() => this.bucket.read(file));
            // An empty file is not compressed. What cannot be decompressed is damaged, and found out by the parser.
            if (content) return { file, content: await decompressed(content).catch(() => content) };
        }
        return undefined;
    }
}
