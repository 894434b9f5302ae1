/** The findings about resources that are not part of a database: volumes, containers, and protected resources. */
import { type Finding, about, findingOf, sourceOf, titleOf } from "./finding";
import { changes, deletes, deletesProtected, isKnown, losesProtect, replaces } from "./operations";
import type { PolicyViolation, Step } from "./preview";
import { parseUrn } from "./reading/steps";
import type { ReviewFinding } from "./report";

export function resourceFindings(step: Step): ReviewFinding[] {
    const finding = findingAbout(step);
    return [
        ...(isVolume(step) ? volumeFindings(step, finding) : []),
        ...(isContainer(step) ? containerFindings(step, finding) : []),
        ...protectionFindings([step], finding),
    ];
}

export function volumeFindings(step: Step, finding: Finding): ReviewFinding[] {
    if (replaces(step)) {
        const text = `the volume is deleted with all files, and an empty one is created${becauseOf(step)}`;
        return [finding("volume-replaced", text)];
    }
    if (!deletes(step)) return [];
    return step.old?.retainOnDelete
        ? [finding("volume-kept", "the volume leaves the program, but stays on the host")]
        : [finding("volume-deleted", "the volume is deleted with all files")];
}

function containerFindings(step: Step, finding: Finding): ReviewFinding[] {
    if (replaces(step)) {
        const text = `the container is stopped and created again${becauseOf(step)}; files that are not on a named volume are lost`;
        return [finding("container-replaced", text)];
    }
    return deletes(step) ? [finding("container-deleted", "the container is deleted")] : [];
}

/** The properties that force a replacement. */
function becauseOf({ replaces: properties }: Step): string {
    return properties.length > 0 ? ` (${properties.join(", ")})` : "";
}

/** About the option `protect` of resources that belong together. */
export function protectionFindings(steps: readonly Step[], finding: Finding): ReviewFinding[] {
    return [
        ...(steps.some(deletesProtected)
            ? [finding("protected-resource-deleted", "it is protected, and the program no longer has it")]
            : []),
        ...(steps.some(losesProtect) ? [finding("protect-lifted", "the option `protect` is no longer set")] : []),
    ];
}

/** For every step, also of a database. */
export function unknownOperation(step: Step): ReviewFinding[] {
    if (isKnown(step)) return [];
    return [findingAbout(step)("unknown-operation", `the engine plans the operation "${step.operation}"`)];
}

export function violationFinding({ urn, policy, message, isMandatory }: PolicyViolation): ReviewFinding {
    const { type = "", name = "" } = parseUrn(urn) ?? {};
    const subject = { urn, resource: urn === "" ? "the stack" : titleOf(type, name), name };
    return findingOf(isMandatory ? "policy-violated" : "policy-advice", subject, `${policy}: ${message}`);
}

const isVolume = ({ type }: Step) => /^docker:index(\/volume)?:Volume$/.test(type);

const isContainer = ({ type }: Step) => /^docker:index(\/container)?:Container$/.test(type);

function findingAbout(step: Step): Finding {
    const source = sourceOf(step);
    const resource = titleOf(step.type, step.name);
    return about({ urn: step.urn, resource, name: step.name, ...(source && { source }) });
}

/** Whether a step changes anything. An option such as `protect` changes without an operation. */
export function isShown(step: Step): boolean {
    return changes(step) || !isKnown(step) || losesProtect(step);
}
