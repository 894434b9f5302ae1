/** What the portal offers to developers: the databases of a platform, and the operations on them. */
import {
    type Connection,
    type DatabaseInfo,
    type DatabaseSpec,
    type Health,
    PlatformError,
    type RedisPlatform,
} from "pulumi-redis-database/platform";
import { PortalError } from "./errors";
import type { Operation } from "./operation";
import type { Operations } from "./operations";
import { type Request, perform } from "./requests";
import type { UnfinishedRequests } from "./unfinished";

/** A database in the list. */
export interface ListedDatabase extends DatabaseInfo {
    readonly health?: Health;
    /** The operation that is running on it. */
    readonly running?: { readonly id: string; readonly operation: Request["operation"] };
    /** The operation that was interrupted, and can be continued. */
    readonly interrupted?: Request["operation"];
}

export class Portal {
    constructor(
        private readonly platform: RedisPlatform,
        private readonly operations: Operations,
        private readonly unfinished: UnfinishedRequests,
    ) {}

    versions(): ReturnType<RedisPlatform["versions"]> {
        return this.platform.versions();
    }

    /** All databases. The portal does not show replicas, which are operated together with their database. */
    async list(): Promise<readonly ListedDatabase[]> {
        const [all, health] = await Promise.all([this.platform.list(), this.platform.health()]);
        const databases = all.filter(({ kind }) => kind === "database");
        const handles = databases.map(({ handle }) => handle);
        // Operations that were interrupted before they began have no state yet.
        const requested = this.unfinished
            .all()
            .filter(({ handle }) => !handles.includes(handle))
            .map(({ handle }): DatabaseInfo => ({
                handle,
                stack: handle,
                kind: "database",
                status: "incomplete",
                ended: false,
            }));
        return [...databases, ...requested].map((database) => {
            const running = this.operations.running().find(({ request }) => request.handle === database.handle);
            const interrupted = running ? undefined : this.unfinished.get(database.handle);
            const reported = health.find(({ handle }) => handle === database.handle);
            return {
                ...database,
                ...(reported && { health: reported }),
                ...(running && { running: { id: running.id, operation: running.request.operation } }),
                ...(interrupted && { interrupted: interrupted.operation }),
            };
        });
    }

    /**
     * The platform's `create` succeeds if a database with the same arguments exists. Here that must be an error, since a
     * successful creation shows the password.
     */
    async create(handle: string, args: DatabaseSpec): Promise<Operation> {
        if (this.unfinished.get(handle) || (await this.find(handle))) {
            const message = `there is already a database "${handle}"`;
            throw new PlatformError("handle-taken", message, "choose another name", { differences: [] });
        }
        return this.start({ operation: "create", handle, args });
    }

    async rotatePassword(handle: string): Promise<Operation> {
        const interrupted = this.unfinished.get(handle);
        if (interrupted && !this.isRunning(handle)) {
            const message = `an operation on "${handle}" was interrupted`;
            throw new PortalError(409, "interrupted", message, "continue it, or delete the database");
        }
        await this.refuseReplica(handle);
        return this.start({ operation: "rotate", handle });
    }

    /** Deletes a database with its data. `confirm` must repeat the handle. */
    async delete(handle: string, confirm: string): Promise<Operation | undefined> {
        if (confirm !== handle) {
            const message = `"${confirm}" does not confirm the deletion of "${handle}"`;
            throw new PlatformError("validation", message, "repeat the name of the database", { findings: [] });
        }
        const found = await this.find(handle);
        if (!found && this.unfinished.get(handle) && !this.isRunning(handle)) {
            // Its creation was interrupted before it began.
            this.unfinished.remove(handle);
            return undefined;
        }
        await this.refuseReplica(handle);
        return this.start({ operation: "delete", handle });
    }

    /** Repeats an interrupted request, which continues where it stopped. */
    async continue(handle: string): Promise<Operation> {
        const request = this.unfinished.get(handle);
        if (request) return this.start(request);
        const message = `no operation of this portal on "${handle}" was interrupted`;
        throw new PortalError(409, "not-interrupted", message, "repeat the operation where it was started");
    }

    /** How to connect, with the password: once for each operation that has set one. */
    async takeConnection(id: string): Promise<Connection> {
        const operation = this.operations.get(id);
        const { operation: kind, handle } = operation.request;
        if (kind === "delete" || operation.outcome !== "succeeded") {
            const message = "this operation has not set a password";
            throw new PortalError(409, "no-password", message, "wait until the operation has ended");
        }
        if (operation.urlShown) {
            const remedy = "use the stored URL; if it is lost, request a new password";
            throw new PortalError(410, "url-shown", "the URL was shown already", remedy);
        }
        // Before the platform answers, so that of two requests at the same time only one gets the URL.
        operation.urlShown = true;
        try {
            return await this.platform.url(handle);
        } catch (error) {
            operation.urlShown = false;
            throw error;
        }
    }

    private start(request: Request): Promise<Operation> {
        return this.operations.start(request, (options) => perform(this.platform, request, options));
    }

    private isRunning(handle: string): boolean {
        return this.operations.running().some(({ request }) => request.handle === handle);
    }

    private async find(handle: string): Promise<DatabaseInfo | undefined> {
        try {
            return await this.platform.get(handle);
        } catch (error) {
            if (PlatformError.is(error, "handle-unknown")) return undefined;
            throw error;
        }
    }

    private async refuseReplica(handle: string): Promise<void> {
        const { kind, primary = "" } = await this.platform.get(handle);
        if (kind === "database") return;
        const message = `"${handle}" is a replica of "${primary}"`;
        throw new PortalError(422, "replica", message, "change replicas with `redisdb`");
    }
}
