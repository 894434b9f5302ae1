/** Finds databases and replicas by handle. Reads the states only. */
import { nearest } from "../model/findings";
import { type Difference, PlatformError } from "./errors";
import type { StateBackend } from "./state/backend";
import { parseCheckpoint } from "./state/checkpoint";
import { type DatabaseInfo, databasesIn } from "./state/databases";

export class Databases {
    constructor(private readonly backend: StateBackend) {}

    /** All databases and replicas, by handle. */
    async list(): Promise<readonly DatabaseInfo[]> {
        const stacks = await this.backend.list();
        const all = await Promise.all(stacks.map((stack) => this.read(stack)));
        return all.flat().sort((one, other) => one.handle.localeCompare(other.handle));
    }

    /** Throws `handle-unknown` with the nearest handle. */
    async get(handle: string): Promise<DatabaseInfo> {
        const found = await this.find(handle);
        if (found) return found;
        const known = (await this.list()).map((each) => each.handle);
        const suggestion = nearest(handle, known);
        throw new PlatformError(
            "handle-unknown",
            `there is no database or replica "${handle}"`,
            suggestion === undefined ? "list the databases" : `did you mean "${suggestion}"?`,
            { nearest: suggestion === undefined ? [] : [suggestion] },
        );
    }

    /** Throws `handle-taken` if there is a database or a replica with this handle. */
    async checkFree(handle: string): Promise<void> {
        if (await this.find(handle)) throw taken(handle, []);
    }

    async find(handle: string): Promise<DatabaseInfo | undefined> {
        const [own] = await this.read(handle);
        if (own) return own;
        const stacks = await this.backend.list();
        // A replica's component is named after its handle.
        const found = await Promise.all(stacks.map((stack) => this.read(stack, `-${handle}"`)));
        return found.flat().find((each) => each.handle === handle);
    }

    /** The databases of a stack. None if the stack does not exist, or its state does not contain `text`. */
    private async read(stack: string, text = ""): Promise<readonly DatabaseInfo[]> {
        const content = await this.backend.read(stack);
        return content?.includes(text) ? databasesIn(stack, parseCheckpoint(content), new Date()) : [];
    }
}

export function taken(handle: string, differences: readonly Difference[]): PlatformError {
    const paths = differences.map(({ path }) => path).join(", ");
    return new PlatformError(
        "handle-taken",
        paths === ""
            ? `there is already a database or replica "${handle}"`
            : `"${handle}" exists, but differs in: ${paths}`,
        paths === "" ? "choose another handle" : "choose another handle, or use `update` to change the database",
        { differences },
    );
}
