/** The findings about resources that are not part of a database: volumes, containers, and protected resources. */
import { changes, deletes, isKnown, replaces } from "./components";
import { deletedVolume, replacedVolume } from "./databaseFindings";
import { findingOf, sourceOf } from "./finding";
import type { PolicyViolation, Step } from "./preview";
import { parseUrn } from "./reading/steps";
import type { ReviewFinding } from "./report";
import type { RuleName } from "./rules/index";

export function resourceFindings(step: Step): ReviewFinding[] {
    const finding = findingAbout(step);
    const { old } = step;
    const found: ReviewFinding[] = [];
    if (isVolume(step) && replaces(step)) found.push(finding("volume-replaced", replacedVolume(step)));
    if (isVolume(step) && deletes(step)) found.push(deletedVolume(step, finding));
    if (isContainer(step) && replaces(step)) {
        const because = step.replaces.length > 0 ? ` (${step.replaces.join(", ")})` : "";
        found.push(
            finding(
                "container-replaced",
                `the container is stopped and created again${because}; files that are not on a named volume are lost`,
            ),
        );
    }
    if (isContainer(step) && deletes(step)) found.push(finding("container-deleted", "the container is deleted"));
    if (old?.protect && deletes(step))
        found.push(finding("protected-resource-deleted", "it is protected, and the program no longer has it"));
    if (losesProtect(step)) found.push(finding("protect-lifted", "the option `protect` is no longer set"));
    return found;
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

function findingAbout(step: Step) {
    const source = sourceOf(step);
    const subject = {
        urn: step.urn,
        resource: titleOf(step.type, step.name),
        name: step.name,
        ...(source && { source }),
    };
    return (rule: RuleName, message: string) => findingOf(rule, subject, message);
}

/** Such as `Volume "uploads"`. */
export function titleOf(type: string, name: string): string {
    return `${type.split(":").at(-1) ?? type} ${JSON.stringify(name)}`;
}

/** Whether a step changes anything. An option such as `protect` changes without an operation. */
export function isShown(step: Step): boolean {
    return changes(step) || !isKnown(step) || losesProtect(step);
}

function losesProtect({ old, next }: Step): boolean {
    return (old?.protect ?? false) && next !== undefined && !next.protect;
}
