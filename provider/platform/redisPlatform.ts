/** Managed Redis for programs: creates, changes and lists databases through Pulumi, one stack per database. */
import { type ListedVersion, listVersions } from "../model/catalog/listVersions";
import { type Version, compareVersions, parseVersion } from "../model/catalog/versions";
import { nearest } from "../model/findings";
import { checkName } from "../model/arguments/names";
import {
    type Change,
    unchanged,
    promote,
    removeReplica,
    replicate,
    rotatePassword,
    switchover,
    update,
    updateReplica,
    upgrade,
} from "./changes";
import type { CommandOptions, DatabaseStack } from "./engine/databaseStack";
import type { Message, Step } from "./engine/progress";
import { removeAbandoned } from "./engine/workDirectory";
import { PlatformError } from "./errors";
import { type Health, healthOf, waitUntilHealthy } from "./health";
import { Operations } from "./operations";
import { type PlatformOptions, type Settings, settingsFrom } from "./options";
import type { Connection } from "./program";
import {
    type DatabaseSpec,
    type ReplicaSpec,
    type StoredSpecification,
    checkSpecification,
    differencesOf,
    unknownVersion,
} from "./specification";
import { parseCheckpoint } from "./state/checkpoint";
import { type DatabaseInfo, databasesIn, isComplete } from "./state/databases";
import { openBackend } from "./state/open";

export type OperationOptions = CommandOptions;

/** What an operation would do. */
export interface Preview {
    /** The databases' explanations and warnings. */
    readonly messages: readonly Message[];
    readonly steps: readonly Step[];
}

/** A database that `upgradeAll` would upgrade. */
export interface PlannedUpgrade {
    readonly handle: string;
    readonly from: Version;
    readonly to: Version;
}

/**
 * Databases on Docker hosts that you own, each in a Pulumi stack of its own. All methods that change something can be
 * repeated: a repeated operation continues where an interrupted one stopped. They throw a `PlatformError`.
 */
export class RedisPlatform {
    private constructor(
        private readonly settings: Settings,
        private readonly operations: Operations,
    ) {}

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
        const { docker } = this.settings;
        const specification = { name: handle, args, ...(docker && { docker }) };
        checkHandle(handle);
        checkSpecification(specification);
        return this.operations.exclusively(handle, options, async (stack) => {
            const checkpoint = await stack.checkpoint();
            if (!checkpoint) {
                await this.checkFree(handle);
                await stack.create(options);
            } else if (isComplete(checkpoint)) {
                const current = (await stack.outputs(options)).specification;
                const differences = differencesOf(current.args, args);
                if (differences.length > 0) throw taken(handle, differences);
                if (checkpoint.pending.length === 0) return this.infoOf(stack);
            }
            await stack.update(specification, options);
            return this.infoOf(stack);
        });
    }

    /** Describes a database or a replica. Reads the state only. */
    async get(handle: string): Promise<DatabaseInfo> {
        return (await this.find(handle)) ?? this.unknown(handle);
    }

    /** Describes all databases and replicas, by handle. Reads the state only. */
    async list(): Promise<readonly DatabaseInfo[]> {
        const stacks = await this.operations.backend.list();
        const all = await Promise.all(stacks.map((stack) => this.read(stack)));
        return all.flat().sort((one, other) => one.handle.localeCompare(other.handle));
    }

    /** Sets arguments of a database or a replica; `undefined` removes one. */
    async update(handle: string, args: Partial<DatabaseSpec>, options: OperationOptions = {}): Promise<DatabaseInfo> {
        const { kind } = await this.get(handle);
        await this.apply(handle, kind === "database" ? update(args) : updateReplica(handle, args), options);
        return this.get(handle);
    }

    /** Adds a replica with its own handle, password and URLs. */
    async replicate(
        handle: string,
        replica: string,
        args: ReplicaSpec = {},
        options: OperationOptions = {},
    ): Promise<DatabaseInfo> {
        checkHandle(replica);
        await this.checkFree(replica);
        await this.apply(handle, replicate(replica, args), options);
        return this.get(replica);
    }

    /** Permanently turns a replica into a database that accepts writes. */
    async promote(replica: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        await this.apply(replica, promote(replica), options);
        return this.get(replica);
    }

    /** Lets a replica, or the database's own server, accept the writes. The others follow it. No write is lost. */
    async switchover(handle: string, to: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.apply(handle, switchover(to === handle ? undefined : to), options);
    }

    /** Upgrades a database: its replicas first. */
    async upgrade(handle: string, version: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.apply(handle, upgrade(version), options);
    }

    /** Generates a new password. Clients stay connected; the old password is valid for `passwordGraceHours`. */
    async rotatePassword(handle: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.apply(handle, rotatePassword(), options);
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
        const { kind } = await this.get(handle);
        await this.operations.exclusively(await this.stackOf(handle), options, async (stack) => {
            const specification = await this.changed(stack, unchanged, options);
            const component = kind === "replica" ? `${specification.name}-${handle}` : specification.name;
            await stack.replaceServer(component, specification, options);
        });
        return this.get(handle);
    }

    /** Gives a database another handle. Its containers keep their names. */
    async rename(handle: string, to: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        checkHandle(to);
        await this.checkFree(to);
        await this.operations.exclusively(handle, options, async (stack) => {
            if (!(await stack.checkpoint())) await this.unknown(handle);
            await stack.rename(to, options);
        });
        return this.get(to);
    }

    /** What a change would do. Changes nothing. The functions of `changes` make changes. */
    async preview(handle: string, change: Change, options: OperationOptions = {}): Promise<Preview> {
        return this.operations.exclusively(await this.stackOf(handle), options, async (stack) => {
            const { messages, steps } = await stack.preview(await this.changed(stack, change, options), options);
            return { messages, steps };
        });
    }

    /**
     * Deletes a database with its data and its replicas, or one replica. `confirm` must repeat the handle.
     *
     * @throws `validation` if `confirm` does not
     */
    async deprovision(handle: string, confirm: string, options: OperationOptions = {}): Promise<void> {
        if (confirm !== handle) {
            throw new PlatformError(
                "validation",
                `"${confirm}" does not confirm the deletion of "${handle}"`,
                "repeat the handle",
                { findings: [] },
            );
        }
        if ((await this.get(handle)).kind === "replica") {
            await this.apply(handle, removeReplica(handle), options);
            return;
        }
        await this.operations.exclusively(handle, options, async (stack) => {
            await stack.destroy(options);
        });
    }

    /** What `deprovision` would delete. Changes nothing. */
    async planDeprovision(handle: string, options: OperationOptions = {}): Promise<readonly Step[]> {
        if ((await this.get(handle)).kind === "replica") {
            const { steps } = await this.preview(handle, removeReplica(handle), options);
            return steps.filter(({ operation }) => operation === "delete");
        }
        return this.operations.exclusively(handle, options, async (stack) => (await stack.planDestroy(options)).steps);
    }

    /** How to connect to a database or a replica, with its password. */
    async url(handle: string, options: OperationOptions = {}): Promise<Connection> {
        const { kind } = await this.get(handle);
        const stack = await this.stackOf(handle);
        const { connections } = await this.operations.stack(stack).outputs(options);
        const connection = connections[kind === "database" ? "" : handle];
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
        const ask = async () => (await this.health(handle))[0] as Health;
        return waitUntilHealthy(ask, { timeoutSeconds, ...(signal && { signal }) });
    }

    /**
     * What has been changed on the Docker host since the last update, and would be restored by the next one: an empty
     * list if nothing has.
     */
    async drift(handle: string, options: OperationOptions = {}): Promise<readonly Step[]> {
        return this.operations.exclusively(await this.stackOf(handle), options, async (stack) => {
            const specification = await this.changed(stack, unchanged, options);
            return (await stack.preview(specification, options, "--refresh")).steps;
        });
    }

    /** The databases that an upgrade of all would change, in the order in which it upgrades them. Reads the state only. */
    async planUpgrade(version: string): Promise<readonly PlannedUpgrade[]> {
        const wanted = parseVersion(version);
        if (!wanted) throw unknownVersion(version);
        const databases = (await this.list()).filter(({ kind }) => kind === "database");
        return databases.flatMap(({ handle, engine, version: from }) =>
            engine === "redis" && from !== undefined && compareVersions(from, wanted.version) < 0
                ? [{ handle, from, to: wanted.version }]
                : [],
        );
    }

    /**
     * Upgrades all databases with earlier versions, one after the other. Stops at the first failure, whose error it
     * throws. `onUpgraded` receives each database that is done.
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

    private async apply(handle: string, change: Change, options: OperationOptions): Promise<DatabaseInfo> {
        return this.operations.exclusively(await this.stackOf(handle), options, async (stack) => {
            await stack.update(await this.changed(stack, change, options), options);
            return this.infoOf(stack);
        });
    }

    /** The specification after a change, checked. */
    private async changed(
        stack: DatabaseStack,
        change: Change,
        options: OperationOptions,
    ): Promise<StoredSpecification> {
        const checkpoint = await stack.checkpoint();
        if (!checkpoint) return this.unknown(stack.handle);
        if (!isComplete(checkpoint)) throw incomplete(stack.handle);
        const { specification } = await stack.outputs(options);
        const changed = { ...specification, args: change(specification.args) };
        checkSpecification(changed);
        return changed;
    }

    private async infoOf({ handle }: DatabaseStack): Promise<DatabaseInfo> {
        return this.get(handle);
    }

    /** The name of the stack that a database or a replica belongs to. */
    private async stackOf(handle: string): Promise<string> {
        return (await this.get(handle)).primary ?? handle;
    }

    private async find(handle: string): Promise<DatabaseInfo | undefined> {
        const [database] = await this.read(handle);
        if (database) return database;
        const stacks = await this.operations.backend.list();
        // A replica's component is named after its handle.
        const found = await Promise.all(stacks.map((stack) => this.read(stack, `-${handle}"`)));
        return found.flat().find((each) => each.handle === handle);
    }

    /** The database of a stack and its replicas. None if the stack does not exist, or its state does not contain `text`. */
    private async read(stack: string, text = ""): Promise<readonly DatabaseInfo[]> {
        const json = await this.operations.backend.read(stack);
        if (!json?.includes(text)) return [];
        // A crash of the CLI can empty the file. The next operation repairs it.
        return databasesIn(stack, parseCheckpoint(json || "{}"), new Date());
    }

    private async checkFree(handle: string): Promise<void> {
        if (await this.find(handle)) throw taken(handle, []);
    }

    private async unknown(handle: string): Promise<never> {
        const known = (await this.list()).map((each) => each.handle);
        const suggestion = nearest(handle, known);
        throw new PlatformError(
            "handle-unknown",
            `there is no database or replica "${handle}"`,
            suggestion === undefined ? "list the databases" : `did you mean "${suggestion}"?`,
            { nearest: suggestion === undefined ? [] : [suggestion] },
        );
    }
}

function incomplete(handle: string): PlatformError {
    return new PlatformError(
        "partial",
        `"${handle}" was never created completely`,
        "repeat `create` with the arguments it was created with",
        { failed: [], changed: [] },
    );
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

function taken(handle: string, differences: ReturnType<typeof differencesOf>): PlatformError {
    const paths = differences.map(({ path }) => path).join(", ");
    return new PlatformError(
        "handle-taken",
        paths === "" ? `there is already a replica "${handle}"` : `"${handle}" exists, but differs in: ${paths}`,
        paths === "" ? "choose another handle" : "choose another handle, or use `update` to change the database",
        { differences },
    );
}
