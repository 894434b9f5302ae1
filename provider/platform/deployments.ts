/** Deploys specifications: checks them, compares them with what a stack has, and updates the stack. */
import { checkName } from "../model/arguments/names";
import { replicaNames } from "../model/arguments/replicaList";
import type { Change } from "./changes";
import { type Databases, taken } from "./databases";
import type { DatabaseStack, OperationOptions } from "./engine/databaseStack";
import { PlatformError } from "./errors";
import type { Operations } from "./operations";
import type { Settings } from "./options";
import { checkChange, planChange } from "./plannedChanges";
import type { StackOutputs } from "./program";
import { type DatabaseSpec, type StoredSpecification, checkSpecification, differencesOf } from "./specification";
import { type DatabaseInfo, hasSpecification, isComplete, isMember } from "./state/databases";

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
            await stack.update((await this.changed(stack, change, options, removes)).after, options, ...flags);
        });
    }

    /** The specification after a change, checked, and the rows of the change table that apply. */
    async changed(stack: DatabaseStack, change: Change, options: OperationOptions, removes?: string) {
        const info = await this.databases.get(stack.handle);
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
    async outputsOf({ stack: name }: DatabaseInfo, options: OperationOptions): Promise<StackOutputs> {
        const stack = this.operations.stack(name);
        const checkpoint = await stack.checkpoint();
        if (!checkpoint || !hasSpecification(checkpoint)) throw incomplete(name);
        return stack.outputs(options);
    }
}

/** A handle is the name of a stack and of a component. */
export function checkHandle(handle: string): void {
    const findings = checkName(handle, false, "handle", "is");
    if (findings.length === 0 && handle.length <= 100) return;
    throw new PlatformError(
        "validation",
        `the handle ${JSON.stringify(handle)} is not valid`,
        "give at most 100 letters, digits, hyphens, underscores and dots, and begin with a letter or digit",
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
