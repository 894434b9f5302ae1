/** Writes a backup to a file, as a plain RDB file that any Redis server of its version or later reads. */
import { createHash } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { link, rm } from "node:fs/promises";
import { Transform } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import type { OperationOptions } from "../engine/databaseStack";
import { PlatformError } from "../errors";
import type { Backup } from "./backup";
import { backupFailed } from "./container";
import { findBackup } from "./list";
import { copiesIn } from "./numbers";
import type { BackupStore } from "./stores";

export interface ExportOptions extends OperationOptions {
    /** The repository, by number or location. The default is the first one that has the backup. */
    readonly from?: string | number;
}

/** An exported backup. */
export interface Exported extends Backup {
    /** The path of the file; absent if it was written to a stream. */
    readonly file?: string;
}

/**
 * Writes to a new file that only the user can read, or to a stream, which is not ended. The SHA-256 is compared with that of
 * the backup: a file appears only if they are equal.
 */
export async function exportBackup(
    store: BackupStore,
    id: string,
    to: string | NodeJS.WritableStream,
    { from, ...options }: ExportOptions,
): Promise<Exported> {
    const found = await findBackup(store, id, options);
    if (typeof to !== "string") {
        await write(store, found, to, from, options);
        return found;
    }
    if (existsSync(to)) throw unwritable(to, { code: "EEXIST" });
    const incomplete = `${to}.${process.pid}.incomplete`;
    try {
        const file = createWriteStream(incomplete, { mode: 0o600, flags: "wx" });
        // Without a listener, an error would end the process.
        const written = finished(file);
        written.catch(() => undefined);
        await write(store, found, file, from, options);
        file.end();
        await written;
        // Unlike a rename, this never replaces a file.
        await link(incomplete, to);
    } catch (error) {
        if (isFileError(error)) throw unwritable(to, error);
        throw error;
    } finally {
        await rm(incomplete, { force: true });
    }
    return { ...found, file: to };
}

async function write(
    store: BackupStore,
    found: Backup,
    output: NodeJS.WritableStream,
    from: string | number | undefined,
    { signal }: OperationOptions,
): Promise<void> {
    const [copy] = copiesIn(found, from);
    const hash = createHash("sha256");
    const hashing = new Transform({
        transform(chunk: Buffer, _encoding, done) {
            hash.update(chunk);
            done(undefined, chunk);
        },
    });
    const written = pipeline(hashing, output, { end: false });
    written.catch(() => undefined);
    await store.export(found, copy?.number ?? 0, hashing, { ...(signal && { signal }) });
    hashing.end();
    await written;
    if (found.sha256 !== undefined && hash.digest("hex") !== found.sha256) {
        const { location = "" } = copy ?? {};
        const message = `the backup ${found.id} in ${location} is damaged: its SHA-256 is another one than when it was made`;
        throw backupFailed(message, [{ message, location }], "export it from another repository, or another backup");
    }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
    return ["open", "write", "link"].includes((error as NodeJS.ErrnoException).syscall ?? "");
}

function unwritable(file: string, { code = "" }: Pick<NodeJS.ErrnoException, "code">): PlatformError {
    return code === "EEXIST"
        ? new PlatformError("validation", `the file ${file} exists`, "give another file, or remove this one", {
              findings: [],
          })
        : new PlatformError(
              "validation",
              `the file ${file} cannot be written (${code})`,
              "give a file in a directory that you can write to, with enough space",
              { findings: [] },
          );
}
