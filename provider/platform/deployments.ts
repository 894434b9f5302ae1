/** Deploys specifications: checks them, compares them with what a stack has, and updates the stack. */
import { checkName } from "../model/arguments/names";
import { replicaNames } from "../model/arguments/replicaList";
import type { Change } from "./changes";
import { type Databases, taken } from "./databases";
import type { DatabaseStack, OperationOptions } from "./engine/databaseStack";
import type { Message } from "./engine/progress";
import { PlatformError } from "./errors";
import type { Operations } from "./operations";
import type { Settings } from "./options";
import { checkChange, planChange } from "./plannedChanges";
import type { StackOutputs } from "./program";
import { planUpdates } from "./replicasFirst";
import { type DatabaseSpec, type StoredSpecification, checkSpecification, differencesOf } from "./specification";
import { type DatabaseInfo, databasesIn, hasSpecification, isComplete } from "./state/databases";

/** How a change is applied. */
export interface ChangeDetails {
    /** Additional flags for `pulumi up`. */
    readonly flags?: readonly string[];
    /** The replica whose removal was requested. */
    readonly removes?: string;
}

export class Deployments {
    constructor(
        private readonly settings: Settings,
        private readonly operations: Operations,
        private readonly databases: Databases,
    ) {}

    /** The specification of a new stack, checked. */
    specificationOf(handle: string, args: DatabaseSpec, follows?: StoredSpecification["follows"]): StoredSpecification {
        const { docker } = this.settings;
        const specification = { name: handle, args, ...(docker && { docker }), ...(follows && { follows }) };
        checkHandle(handle);
        checkSpecification(specification);
        return specification;
    }

    async deploy(specification: StoredSpecification, options: OperationOptions): Promise<DatabaseInfo> {
        const { name: handle, args } = specification;
        await this.operations.exclusively(handle, options, async (stack) => {
            const checkpoint = await stack.checkpoint();
            let current: StoredSpecification | undefined;
            if (!checkpoint) {
                await this.databases.checkFree(handle);
                await stack.create(options);
            } else if (hasSpecification(checkpoint)) {
                current = (await stack.outputs(options, checkpoint)).specification;
                const differences = differencesOf(current.args, args);
                if (differences.length > 0) throw taken(handle, differences);
                if (isComplete(checkpoint)) return;
            }
            // Replicas that an unfinished upgrade has upgraded cannot go back.
            const upgraded = current?.replicasUpgraded;
            await stack.update({ ...specification, ...(upgraded && { replicasUpgraded: upgraded }) }, options);
        });
        return this.databases.get(handle);
    }

    async change(
        info: DatabaseInfo,
        change: Change,
        options: OperationOptions,
        details: ChangeDetails = {},
    ): Promise<DatabaseInfo> {
        await this.apply(info, change, options, details);
        return this.databases.get(info.handle);
    }

    async apply(
        { stack: name }: DatabaseInfo,
        change: Change,
        options: OperationOptions,
        { flags = [], removes }: ChangeDetails = {},
    ): Promise<void> {
        await this.operations.exclusively(name, options, async (stack) => {
            const { first, after, notes } = await this.changed(stack, change, options, removes);
            for (const message of notes) options.onProgress?.({ type: "message", handle: name, ...message });
            if (first) await stack.update(first, options, ...flags);
            await stack.update(after, options, ...flags);
        });
    }

    /**
     * The specification after a change, and the one of an update before it, if there is one: checked. Also the rows of the
     * change table that apply. `removes` is the replica whose removal was requested.
     */
    async changed(stack: DatabaseStack, change: Change, options: OperationOptions, removes?: string) {
        const checkpoint = await stack.checkpoint();
        if (!checkpoint || !hasSpecification(checkpoint)) throw incomplete(stack.handle);
        const [info, ...others] = databasesIn(stack.handle, checkpoint, new Date());
        const { specification: before } = await stack.outputs(options, checkpoint);
        const requested = { ...before, args: change(before.args) };
        checkBegunReplicas(others, [before, requested], removes);
        const { first, last: after, note } = planUpdates(before, requested, info ?? {});
        const planned = planChange(before, after, info?.version);
        checkSpecification(after);
        checkChange(stack.handle, planned);
        if (first) {
            checkSpecification(first);
            checkChange(stack.handle, planChange(before, first, info?.version));
        }
        const notes: Message[] = note === undefined ? [] : [{ severity: "info", about: before.name, text: note }];
        return { after, rows: planned.rows, ...(first && { first }), notes };
    }

    /** Throws `partial` if the stack has no specification yet. */
    async outputsOf({ stack: name }: DatabaseInfo, options: OperationOptions): Promise<StackOutputs> {
        const stack = this.operations.stack(name);
        const checkpoint = await stack.checkpoint();
        if (!checkpoint || !hasSpecification(checkpoint)) throw incomplete(name);
        return stack.outputs(options, checkpoint);
    }
}

/** An update would delete a replica that an interrupted `replicate` has begun to create. `removes` may be deleted. */
function checkBegunReplicas(
    replicas: readonly DatabaseInfo[],
    specifications: readonly StoredSpecification[],
    removes: string | undefined,
): void {
    const known = specifications.flatMap(({ args }) => replicaNames(args.replicas));
    const begun = replicas.find(
        ({ handle, status }) => status === "incomplete" && handle !== removes && !known.includes(handle),
    );
    if (begun) throw unfinished(begun.handle);
}

/** Which handles a new database can have. */
export const allowedHandle =
    "at most 100 letters, digits, hyphens, underscores and dots, beginning with a letter or digit";

/** A handle is the name of a stack and of a component. */
export function checkHandle(handle: string): void {
    const findings = checkName(handle, false, "handle", "is");
    if (findings.length === 0 && handle.length <= 100) return;
    throw new PlatformError(
        "validation",
        `the handle ${JSON.stringify(handle)} is not valid`,
        `give ${allowedHandle}`,
        { findings },
    );
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

export function incomplete(handle: string): PlatformError {
    return new PlatformError(
        "partial",
        `"${handle}" was never created completely`,
        "repeat `create` with the arguments it was created with",
        { failed: [], changed: [] },
    );
}
