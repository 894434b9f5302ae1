/** What the engine would do to a resource. */
import type { Step } from "./preview";

/** Operations that leave the resource as it is, and those that only read it. */
const unchanging = ["same", "read", "refresh", "discard", "read-discard"];

export function changes({ operation }: Step): boolean {
    return !unchanging.includes(operation);
}

/** Also for operations that only a later version of Pulumi has, as far as their names say it. */
export function replaces({ operation }: Step): boolean {
    return operation.includes("replace");
}

export function deletes(step: Step): boolean {
    return step.operation.includes("delete") && !replaces(step);
}

const known = [
    ...unchanging,
    "create",
    "update",
    "delete",
    "replace",
    "create-replacement",
    "delete-replaced",
    "read-replacement",
    "discard-replaced",
    "remove-pending-replace",
    "import",
    "import-replacement",
];

export function isKnown({ operation }: Step): boolean {
    return known.includes(operation);
}

/** Whether it loses the option `protect`, which changes without an operation. */
export function losesProtect({ old, next }: Step): boolean {
    return (old?.protect ?? false) && next !== undefined && !next.protect;
}

/** Whether it is deleted although it is protected. */
export function deletesProtected(step: Step): boolean {
    return (step.old?.protect ?? false) && deletes(step);
}
