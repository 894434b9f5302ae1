/**
 * The requests whose operations have not ended, in a file. The state of an interrupted creation does not say what was
 * requested, and that of an interrupted deletion does not say that it was to be deleted. With this file, the next start
 * of the portal can offer to continue both.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Request } from "./requests";

export class UnfinishedRequests {
    private readonly requests: Map<string, Request>;

    constructor(private readonly file: string) {
        const stored = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Request[]) : [];
        this.requests = new Map(stored.map((request) => [request.handle, request]));
    }

    all(): readonly Request[] {
        return [...this.requests.values()];
    }

    get(handle: string): Request | undefined {
        return this.requests.get(handle);
    }

    add(request: Request): void {
        this.requests.set(request.handle, request);
        this.write();
    }

    remove(handle: string): void {
        if (this.requests.delete(handle)) this.write();
    }

    /** A rename is atomic: a crash leaves the previous file or the new one, never half of one. */
    private write(): void {
        const unfinished = `${this.file}.new`;
        writeFileSync(unfinished, JSON.stringify(this.all(), undefined, 4), { mode: 0o600 });
        renameSync(unfinished, this.file);
    }
}
