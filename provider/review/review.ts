/** Reviews previews: what each change does to servers, data and clients, and which findings fail the review. */
import { changeOf } from "./change";
import { type Component, groupByComponent } from "./components";
import { databaseFindings } from "./databaseFindings";
import { wordsFor } from "./databases";
import { type Exceptions, addedExceptions, allow, exceptionFindings, noExceptions } from "./exceptions";
import { defaultFailOn, isFailing } from "./failOn";
import { findingOf, sourceOf, titleOf } from "./finding";
import type { Preview, Step } from "./preview";
import type { RawChange, Review, ReviewFinding, ReviewedDatabase, StackReview } from "./report";
import { isShown, resourceFindings, unknownOperation, violationFinding } from "./resourceFindings";
import { ruleOf } from "./rules/index";
import { bySeverity } from "./severity";

/** A preview with what it does not say about itself. */
export interface PreviewOf {
    readonly preview: Preview;
    /** The folder of the Pulumi project in the repository. The default is ".". */
    readonly folder?: string;
    /** Used if the preview does not name them, since it failed before it had any resource. */
    readonly project?: string;
    readonly stack?: string;
}

export interface ReviewOptions {
    /** Severities and codes. The default is `data-loss` and `security`. */
    readonly failOn?: readonly string[];
    readonly exceptions?: Exceptions;
    /** Compared with end-of-life dates and with the dates of exceptions. The default is the current date. */
    readonly today?: Date;
}

export function reviewPreviews(
    previews: readonly PreviewOf[],
    { failOn = defaultFailOn, exceptions = noExceptions, today = new Date() }: ReviewOptions = {},
): Review {
    const reviewed = previews.map((each) => reviewOne(each, today));
    const aboutExceptions = exceptionFindings(reviewed, exceptions, today);
    const stacks = reviewed.map((stack, index) => {
        const all = index === 0 ? [...stack.findings, ...aboutExceptions] : stack.findings;
        const findings = [...allow(all, stack.stack, exceptions, today)].sort(byImportance);
        return { ...stack, findings, databases: stack.databases.map((each) => withWorst(each, findings)) };
    });
    const failing = stacks.flatMap(({ findings }) => findings.filter((finding) => isFailing(finding, failOn)));
    const hasFailed = stacks.some(({ status }) => status === "failed");
    return {
        stacks,
        addedExceptions: addedExceptions(exceptions),
        failOn,
        failing,
        exitCode: hasFailed ? 1 : failing.length > 0 ? 5 : 0,
    };
}

function reviewOne({ preview, folder = ".", ...given }: PreviewOf, today: Date): StackReview {
    const { steps, errors, violations, unreadable } = preview;
    const { components, others } = groupByComponent(steps);
    const names = new Map(components.map(({ urn, name }) => [urn, name]));
    const reviewed = components.map((component) => reviewComponent(component, names, today));
    const shown = steps.filter(isShown);
    const stack = preview.stack ?? given.stack ?? "";
    return {
        project: preview.project ?? given.project ?? "",
        stack,
        folder,
        status: errors.length > 0 ? "failed" : shown.length > 0 ? "changed" : "unchanged",
        errors: [...new Set(errors)],
        databases: reviewed.flatMap(({ database }) => database ?? []).sort(byName),
        findings: [
            ...withoutRepeated(reviewed),
            ...others.flatMap(resourceFindings),
            ...steps.flatMap(unknownOperation),
            ...(violations ?? []).map(violationFinding),
            ...(unreadable > 0 ? [unreadableEntries(unreadable, stack)] : []),
        ],
        counts: countsOf(preview, shown),
        rawChanges: shown.map(rawChange),
        notes: violations ? [] : ["policies not seen: they are not part of the output of `pulumi preview --json`"],
    };
}

interface ReviewedComponent {
    readonly component: Component;
    /** Absent if nothing happens to it. */
    readonly database?: ReviewedDatabase;
    readonly findings: readonly ReviewFinding[];
}

/** `names` are those of all components, by URN. */
function reviewComponent(component: Component, names: ReadonlyMap<string, string>, today: Date): ReviewedComponent {
    const { kind, name, urn, own, record, children } = component;
    const change = changeOf(component);
    const words = wordsFor(component, change);
    const source = sourceOf(own) ?? sourceOf(record) ?? sourceOf(children[0]);
    const subject = { urn, resource: titleOf(kind, name), name, ...(source && { source }) };
    const findings = databaseFindings(component, change, subject, today);
    if (!words) return { component, findings };
    const database = names.get(component.database ?? "");
    return {
        component,
        database: {
            kind,
            name,
            urn,
            ...(database !== undefined && { database }),
            ...words,
            ...(source && { source }),
        },
        findings,
    };
}

/** A database already reports each of its replicas that the program no longer lists. */
function withoutRepeated(reviewed: readonly ReviewedComponent[]): ReviewFinding[] {
    const isRemoval = ({ code }: ReviewFinding) => code === ruleOf("replica-removed").code;
    const reporting = new Set(reviewed.flatMap(({ findings }) => findings.filter(isRemoval).map(({ urn }) => urn)));
    return reviewed.flatMap(({ component, findings }) =>
        findings.filter((each) => !(isRemoval(each) && reporting.has(component.database ?? ""))),
    );
}

/** The worst severity of a database's findings that no exception allows. */
function withWorst(database: ReviewedDatabase, findings: readonly ReviewFinding[]): ReviewedDatabase {
    const [worst] = findings.filter(({ urn, allowed }) => urn === database.urn && !allowed);
    return worst ? { ...database, worst: worst.severity } : database;
}

/** The engine's order changes from run to run. */
function byName(one: { readonly name: string }, other: { readonly name: string }): number {
    return one.name.localeCompare(other.name, "en", { numeric: true });
}

function byImportance(one: ReviewFinding, other: ReviewFinding): number {
    return bySeverity(one.severity, other.severity) || byName(one, other) || one.code.localeCompare(other.code, "en");
}

function unreadableEntries(count: number, stack: string): ReviewFinding {
    const subject = { urn: "", resource: "the preview", name: stack };
    const entries = count === 1 ? "1 entry of the preview" : `${count} entries of the preview`;
    return findingOf("unreadable-entry", subject, `${entries} cannot be read`);
}

/** A failed preview has no summary. */
function countsOf({ counts }: Preview, shown: readonly Step[]): Record<string, number> {
    if (Object.keys(counts).length > 0)
        return Object.fromEntries(Object.entries(counts).filter(([operation]) => operation !== "same"));
    const found = new Map<string, number>();
    for (const { operation } of shown) found.set(operation, (found.get(operation) ?? 0) + 1);
    return Object.fromEntries(found);
}

function rawChange({ operation, type, name, differs, replaces }: Step): RawChange {
    return { operation, type, name, differences: differs, replacedBecauseOf: replaces };
}
