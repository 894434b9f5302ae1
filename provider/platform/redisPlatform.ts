/** Managed Redis for programs: creates, changes and lists databases through Pulumi, one stack per database. */
import { checkName } from "../model/arguments/names";
import { listReplicas, replicaComponent, replicaNames } from "../model/arguments/replicaList";
import { type ListedVersion, listVersions } from "../model/catalog/listVersions";
import { type Version, compareVersions, parseVersion } from "../model/catalog/versions";
import { type Change, changes, unchanged } from "./changes";
import { Databases, taken } from "./databases";
import type { DatabaseStack, OperationOptions } from "./engine/databaseStack";
import type { Message, Step } from "./engine/progress";
import { removeAbandoned } from "./engine/workDirectory";
import { type ChangeRow, PlatformError } from "./errors";
import { type Health, healthOf, waitUntilHealthy } from "./health";
import { Operations } from "./operations";
import { type PlatformOptions, type Settings, settingsFrom } from "./options";
import { checkChange, planChange } from "./plannedChanges";
import type { Connection, StackOutputs } from "./program";
import {
    type DatabaseSpec,
    type ReplicaSpec,
    type StoredSpecification,
    checkSpecification,
    differencesOf,
    unknownVersion,
} from "./specification";
import { type DatabaseInfo, hasSpecification, isComplete, isMember } from "./state/databases";
import { openBackend } from "./state/open";

/** What an operation would do. */
export interface Preview {
    /** The rows of the change table that apply; empty for a new database. */
    readonly rows: readonly ChangeRow[];
    /** The databases' explanations and warnings. */
    readonly messages: readonly Message[];
    readonly steps: readonly Step[];
}

/** Where a new replica is. */
export interface ReplicateOptions extends OperationOptions {
    /**
     * Whether it gets a stack of its own, for example on another Docker host. It then takes part in no switchover, and is
     * upgraded on its own. The default is false.
     */
    readonly separate?: boolean;
}

/** What has changed on a database's Docker host since its last update. */
export interface Drift {
    readonly handle: string;
    /** What the next update would restore; empty if nothing has changed, or the check failed. */
    readonly steps: readonly Step[];
    /** Why the check failed. */
    readonly error?: PlatformError;
}

/** A database that `upgradeAll` would upgrade. */
export interface PlannedUpgrade {
    readonly handle: string;
    readonly from: Version;
    readonly to: Version;
}

/**
 * Databases on Docker hosts that you own, each in a Pulumi stack of its own. Every method that changes something can be
 * repeated: a repeated operation continues where an interrupted one stopped. All errors are of the class `PlatformError`.
 */
export class RedisPlatform {
    private readonly databases: Databases;

    private constructor(
        private readonly settings: Settings,
        private readonly operations: Operations,
    ) {
        this.databases = new Databases(operations.backend);
    }

    /** Opens a platform. Creates its directories and its passphrase, if they do not exist yet. */
    static open(options: PlatformOptions = {}): RedisPlatform {
        const settings = settingsFrom(options);
        removeAbandoned(settings);
        return new RedisPlatform(settings, new Operations(settings, openBackend(settings)));
    }

    /**
     * Creates a database. Changes nothing if it exists with the same arguments.
     *
     * @throws `validation`, `unknown-version`; `handle-taken` if it exists with other arguments
     */
    async create(handle: string, args: DatabaseSpec = {}, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.deploy(this.specificationOf(handle, args), options);
    }

    /** What `create` would do. Changes nothing. */
    async previewCreate(handle: string, args: DatabaseSpec = {}, options: OperationOptions = {}): Promise<Preview> {
        const specification = this.specificationOf(handle, args);
        await this.databases.checkFree(handle);
        const { messages, steps } = await this.operations.stack(handle).previewNew(specification, options);
        return { rows: [], messages, steps };
    }

    /** Describes a database or a replica. Reads the state only. */
    async get(handle: string): Promise<DatabaseInfo> {
        return this.databases.get(handle);
    }

    /** Describes all databases and replicas, by handle. Reads the state only. */
    async list(): Promise<readonly DatabaseInfo[]> {
        return this.databases.list();
    }

    /** Sets arguments of a database or a replica; `undefined` removes one. Also restores what `drift` finds. */
    async update(handle: string, args: Partial<DatabaseSpec>, options: OperationOptions = {}): Promise<DatabaseInfo> {
        const info = await this.get(handle);
        const change = isMember(info) ? changes.updateReplica(handle, args) : changes.update(args);
        return this.change(info, change, options, { flags: ["--refresh"] });
    }

    /**
     * Adds a replica with its own handle, password and URLs. Changes nothing if it exists with the same arguments.
     *
     * @throws `handle-taken` if the handle exists elsewhere, or with other arguments
     */
    async replicate(
        handle: string,
        replica: string,
        args: ReplicaSpec = {},
        { separate = false, ...options }: ReplicateOptions = {},
    ): Promise<DatabaseInfo> {
        checkHandle(replica);
        const primary = await this.get(handle);
        if (!separate) {
            const existing = await this.databases.find(replica);
            if (existing && existing.stack !== primary.stack) throw taken(replica, []);
            await this.apply(primary, addition(replica, args), options);
            return this.get(replica);
        }
        await this.apply(primary, changes.allowReplication(replica), options);
        const access = (await this.outputsOf(primary, options)).replicationAccess[replica];
        if (!access) throw new Error(`the stack "${handle}" has no access for "${replica}"`);
        return this.deploy(this.specificationOf(replica, args, { primary: handle, access }), options);
    }

    /** Permanently turns a replica into a database that accepts writes. */
    async promote(replica: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.update(replica, { promoted: true } as Partial<DatabaseSpec>, options);
    }

    /** Lets a replica, or the database's own server, accept the writes. The others follow it. No write is lost. */
    async switchover(handle: string, to: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.change(await this.get(handle), changes.switchover(to === handle ? undefined : to), options);
    }

    /** Upgrades a database: its replicas first. */
    async upgrade(handle: string, version: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.change(await this.get(handle), changes.upgrade(version), options);
    }

    /** Generates a new password. Clients stay connected; the old password is valid for `passwordGraceHours`. */
    async rotatePassword(handle: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.change(await this.get(handle), changes.rotatePassword(), options);
    }

    /** Changes the size of a database or a replica. */
    async restart(
        handle: string,
        size: Pick<DatabaseSpec, "memoryMb" | "diskSizeGb">,
        options: OperationOptions = {},
    ): Promise<DatabaseInfo> {
        return this.update(handle, size, options);
    }

    /** Replaces the container of a database or a replica on its volume. Clients reconnect once. */
    async reload(handle: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        const info = await this.get(handle);
        await this.operations.exclusively(info.stack, options, async (stack) => {
            const { after } = await this.changed(stack, unchanged, options);
            const component = isMember(info) ? replicaComponent(after.name, handle) : after.name;
            const [health] = await healthOf([info]);
            // A container that was removed by hand is in the state only.
            if (health?.state === "missing") await stack.update(after, options, "--refresh");
            else await stack.replaceServer(after, component, options);
        });
        return this.get(handle);
    }

    /** Gives a database another handle. Its containers keep their names. */
    async rename(handle: string, to: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        checkHandle(to);
        await this.databases.checkFree(to);
        const info = await this.get(handle);
        if (isMember(info)) throw memberRefused(info, "be renamed: its handle is part of its database's arguments");
        await this.checkNotFollowed(handle, "renamed");
        await this.operations.exclusively(handle, options, async (stack) => {
            const { after } = await this.changed(stack, unchanged, options);
            await stack.rename(to, options);
            // The agent records the name of the stack as the owner of the data.
            await this.operations.stack(to).update(after, options);
        });
        return this.get(to);
    }

    /**
     * What a change would do. Changes nothing. The functions in `changes` make changes, for example
     * `changes.upgrade("8.6")`.
     */
    async preview(handle: string, change: Change, options: OperationOptions = {}): Promise<Preview> {
        const { stack: name } = await this.get(handle);
        return this.operations.exclusively(name, options, async (stack) => {
            const { after, rows } = await this.changed(stack, change, options);
            const { messages, steps } = await stack.preview(after, options);
            return { rows, messages, steps };
        });
    }

    /**
     * Deletes a database with its data and its replicas, or one replica. `confirm` must repeat the handle.
     *
     * @throws `validation` if `confirm` does not; `refused` while replicas with stacks of their own follow the database
     */
    async deprovision(handle: string, confirm: string, options: OperationOptions = {}): Promise<void> {
        if (confirm !== handle) {
            const message = `"${confirm}" does not confirm the deletion of "${handle}"`;
            throw new PlatformError("validation", message, "repeat the handle", { findings: [] });
        }
        const info = await this.get(handle);
        if (isMember(info)) {
            await this.apply(info, changes.removeReplica(handle), options, { removes: handle });
            return;
        }
        await this.checkNotFollowed(handle, "deleted");
        await this.operations.exclusively(handle, options, (stack) => stack.destroy(options));
        if (info.primary === undefined) return;
        await this.apply(await this.get(info.primary), changes.revokeReplication(handle), options);
    }

    /** What `deprovision` would delete. Changes nothing. */
    async planDeprovision(handle: string, options: OperationOptions = {}): Promise<readonly Step[]> {
        const info = await this.get(handle);
        if (isMember(info)) {
            const { steps } = await this.preview(handle, changes.removeReplica(handle), options);
            return steps.filter(({ operation }) => operation === "delete");
        }
        return this.operations.exclusively(handle, options, async (stack) => (await stack.planDestroy(options)).steps);
    }

    /** How to connect to a database or a replica, with its password. */
    async url(handle: string, options: OperationOptions = {}): Promise<Connection> {
        const info = await this.get(handle);
        const connection = (await this.outputsOf(info, options)).connections[isMember(info) ? handle : ""];
        if (!connection) throw incomplete(handle);
        return connection;
    }

    /**
     * The health of all databases, or of these: handles, or what `list` and `get` have returned. A Docker host that does
     * not answer within 2 s makes it `unknown`.
     */
    async health(...of: readonly (string | DatabaseInfo)[]): Promise<readonly Health[]> {
        const find = async (each: string | DatabaseInfo) => (typeof each === "string" ? this.get(each) : each);
        return healthOf(of.length === 0 ? await this.list() : await Promise.all(of.map(find)));
    }

    /**
     * Waits until a database or a replica is healthy.
     *
     * @throws `timeout` after `timeoutSeconds` (default 300)
     */
    async wait(
        handle: string,
        { timeoutSeconds = 300, signal }: { readonly timeoutSeconds?: number; readonly signal?: AbortSignal } = {},
    ): Promise<Health> {
        const info = await this.get(handle);
        const ask = async (): Promise<Health> => (await healthOf([info]))[0] ?? { handle, state: "unknown" };
        return waitUntilHealthy(ask, { timeoutSeconds, ...(signal && { signal }) });
    }

    /**
     * What has changed on the Docker host since the last update, and would be restored by `update`; empty if nothing
     * has.
     */
    async drift(handle: string, options: OperationOptions = {}): Promise<readonly Step[]> {
        const { stack: name } = await this.get(handle);
        return this.operations.exclusively(name, options, async (stack) => {
            const { after } = await this.changed(stack, unchanged, options);
            return (await stack.preview(after, options, "--refresh")).steps;
        });
    }

    /** The drift of all databases. A check that fails does not stop the others. */
    async driftAll(options: OperationOptions = {}): Promise<readonly Drift[]> {
        const stacks = (await this.list()).filter(({ handle, stack }) => handle === stack);
        return Promise.all(
            stacks.map(async ({ handle }): Promise<Drift> => {
                try {
                    return { handle, steps: await this.drift(handle, options) };
                } catch (error) {
                    if (error instanceof PlatformError) return { handle, steps: [], error };
                    throw error;
                }
            }),
        );
    }

    /** The databases that `upgradeAll` would upgrade, in its order. Reads the state only. */
    async planUpgrade(version: string): Promise<readonly PlannedUpgrade[]> {
        const wanted = parseVersion(version);
        if (!wanted) throw unknownVersion(version);
        const databases = (await this.list()).filter(({ stack, handle }) => stack === handle);
        return databases.flatMap(({ handle, engine, version: from }) =>
            engine === "redis" && from !== undefined && compareVersions(from, wanted.version) < 0
                ? [{ handle, from, to: wanted.version }]
                : [],
        );
    }

    /**
     * Upgrades all databases with earlier versions, one after the other. Stops at the first failure, and throws its
     * error. `onUpgraded` receives each database that is done.
     */
    async upgradeAll(
        version: string,
        { onUpgraded, ...options }: OperationOptions & { readonly onUpgraded?: (upgraded: DatabaseInfo) => void } = {},
    ): Promise<readonly DatabaseInfo[]> {
        const done: DatabaseInfo[] = [];
        for (const { handle } of await this.planUpgrade(version)) {
            const upgraded = await this.upgrade(handle, version, options);
            done.push(upgraded);
            onUpgraded?.(upgraded);
        }
        return done;
    }

    /** All versions in all flavors, in the managed service's spelling. */
    versions(): readonly ListedVersion[] {
        return listVersions();
    }

    /** The specification of a new stack, checked. */
    private specificationOf(
        handle: string,
        args: DatabaseSpec,
        follows?: StoredSpecification["follows"],
    ): StoredSpecification {
        const { docker } = this.settings;
        const specification = { name: handle, args, ...(docker && { docker }), ...(follows && { follows }) };
        checkHandle(handle);
        checkSpecification(specification);
        return specification;
    }

    private async deploy(specification: StoredSpecification, options: OperationOptions): Promise<DatabaseInfo> {
        const { name: handle, args } = specification;
        await this.operations.exclusively(handle, options, async (stack) => {
            const checkpoint = await stack.checkpoint();
            if (!checkpoint) {
                await this.databases.checkFree(handle);
                await stack.create(options);
            } else if (hasSpecification(checkpoint)) {
                const differences = differencesOf((await stack.outputs(options)).specification.args, args);
                if (differences.length > 0) throw taken(handle, differences);
                if (isComplete(checkpoint)) return;
            }
            await stack.update(specification, options);
        });
        return this.get(handle);
    }

    private async change(
        info: DatabaseInfo,
        change: Change,
        options: OperationOptions,
        details: ChangeDetails = {},
    ): Promise<DatabaseInfo> {
        await this.apply(info, change, options, details);
        return this.get(info.handle);
    }

    private async apply(
        { stack: name }: DatabaseInfo,
        change: Change,
        options: OperationOptions,
        { flags = [], removes }: ChangeDetails = {},
    ): Promise<void> {
        await this.operations.exclusively(name, options, async (stack) => {
            await stack.update((await this.changed(stack, change, options, removes)).after, options, ...flags);
        });
    }

    /** The specification after a change, checked, and the rows of the change table that apply. */
    private async changed(stack: DatabaseStack, change: Change, options: OperationOptions, removes?: string) {
        const info = await this.get(stack.handle);
        const { specification: before } = await this.outputsOf(info, options);
        const after = { ...before, args: change(before.args) };
        checkSpecification(after);
        await this.checkBegunReplicas(stack.handle, [before, after], removes);
        const planned = planChange(before, after, info.version);
        checkChange(stack.handle, planned);
        return { after, rows: planned.rows };
    }

    /** An update would delete a replica that an interrupted `replicate` has begun to create. `removes` may be deleted. */
    private async checkBegunReplicas(
        name: string,
        specifications: readonly StoredSpecification[],
        removes: string | undefined,
    ): Promise<void> {
        const known = specifications.flatMap(({ args }) => replicaNames(args.replicas));
        const members = (await this.databases.inStack(name)).filter(isMember);
        const begun = members.find(
            ({ handle, status }) => status === "incomplete" && handle !== removes && !known.includes(handle),
        );
        if (begun) throw unfinished(begun.handle);
    }

    /** Throws `partial` if the stack has no specification yet. */
    private async outputsOf({ stack: name }: DatabaseInfo, options: OperationOptions): Promise<StackOutputs> {
        const stack = this.operations.stack(name);
        const checkpoint = await stack.checkpoint();
        if (!checkpoint || !hasSpecification(checkpoint)) throw incomplete(name);
        return stack.outputs(options);
    }

    private async checkNotFollowed(handle: string, what: string): Promise<void> {
        const followers = (await this.list()).filter((info) => info.primary === handle && !isMember(info));
        if (followers.length === 0) return;
        throw new PlatformError(
            "refused",
            `"${handle}" cannot be ${what} while it is followed by ${followers.map((each) => `"${each.handle}"`).join(", ")}`,
            "promote or deprovision these replicas first",
            { refusals: [] },
        );
    }
}

/** Adds a replica. Changes nothing if it exists with the same arguments; throws `handle-taken` if with others. */
function addition(replica: string, args: ReplicaSpec): Change {
    return (database) => {
        const existing = listReplicas(database.replicas).find(({ name }) => name === replica);
        if (!existing) return changes.replicate(replica, args)(database);
        const differences = differencesOf(existing, { ...args, name: replica } as DatabaseSpec);
        if (differences.length > 0) throw taken(replica, differences);
        return database;
    };
}

/** An interrupted `replicate` has not stored the replica yet. Another update would remove what it has created. */
function unfinished(replica: string): PlatformError {
    return new PlatformError(
        "partial",
        `the replica "${replica}" was never created completely`,
        "repeat `replicate` for it, or remove it with `deprovision`, then repeat this operation",
        { failed: [], changed: [] },
    );
}

interface ChangeDetails {
    /** Additional flags for `pulumi up`. */
    readonly flags?: readonly string[];
    /** The replica whose removal was requested. */
    readonly removes?: string;
}

/** A handle is the name of a stack and of a component. */
function checkHandle(handle: string): void {
    const findings = checkName(handle, false, "handle", "is");
    if (findings.length === 0 && handle.length <= 100) return;
    throw new PlatformError(
        "validation",
        `the handle ${JSON.stringify(handle)} is not valid`,
        "give at most 100 letters, digits, hyphens, underscores and dots, and begin with a letter or digit",
        { findings },
    );
}

function memberRefused({ handle, stack }: DatabaseInfo, what: string): PlatformError {
    return new PlatformError(
        "refused",
        `the replica "${handle}" of "${stack}" cannot ${what}`,
        "create a new replica",
        {
            refusals: [],
        },
    );
}

function incomplete(handle: string): PlatformError {
    return new PlatformError(
        "partial",
        `"${handle}" was never created completely`,
        "repeat `create` with the arguments it was created with",
        { failed: [], changed: [] },
    );
}
