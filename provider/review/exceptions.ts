/** Deliberate exceptions: entries of a committed file that allow a finding. */
import { z } from "zod";
import { findingOf } from "./finding";
import type { AddedException, ReviewFinding } from "./report";
import { findRule } from "./rules/index";

const date = z.iso.date({ error: "give a date such as 2027-01-31" });

const text = (error: string) => z.string({ error }).trim().min(1, { error });

const exceptionSchema = z.strictObject({
    database: text("give the name of the database or the resource"),
    code: text("give the code of a rule")
        .refine((code) => findRule(code) !== undefined, {
            error: "give the code of a rule, such as redis-database/volume-replaced",
        })
        .transform((code) => findRule(code)?.code ?? code),
    reason: text("say why this is allowed"),
    expires: date,
    stack: text("give the name of a stack").optional(),
});

const fileSchema = z.strictObject({ allow: z.array(exceptionSchema, { error: "give a list" }) });

/** An entry of the file. Without `stack`, it applies to every stack. */
export type Exception = z.output<typeof exceptionSchema>;

/** The file is not valid. The message has all problems, each with its path. */
export class InvalidExceptions extends Error {}

/** Reads the content of the file, after YAML or JSON was parsed. An empty file has no entries. */
export function readExceptions(content: unknown): readonly Exception[] {
    if (content === null || content === undefined) return [];
    const read = fileSchema.safeParse(content);
    if (read.success) return read.data.allow;
    throw new InvalidExceptions(read.error.issues.map(({ path, message }) => `${pathOf(path)}: ${message}`).join("\n"));
}

function pathOf(path: readonly PropertyKey[]): string {
    return path.reduce<string>(
        (at, key) => (typeof key === "number" ? `${at}[${key}]` : at === "" ? String(key) : `${at}.${String(key)}`),
        "",
    );
}

/** The exceptions of a review. Only those of the base branch apply. */
export interface Exceptions {
    readonly base: readonly Exception[];
    /** Those of the pull request, to show what it adds. */
    readonly proposed: readonly Exception[];
    /** The file, for findings about its entries. */
    readonly file: string;
}

export const noExceptions: Exceptions = { base: [], proposed: [], file: "" };

export function addedExceptions({ base, proposed }: Exceptions): AddedException[] {
    const known = new Set(base.map((each) => JSON.stringify(each)));
    return proposed
        .filter((each) => !known.has(JSON.stringify(each)))
        .map(({ database, code, reason, expires }) => ({ database, code, reason, expires }));
}

/** Marks the findings that an exception allows. An exception applies until the end of its date. */
export function allow(
    findings: readonly ReviewFinding[],
    stack: string | undefined,
    { base }: Exceptions,
    today: Date,
): readonly ReviewFinding[] {
    return findings.map((finding) => {
        const exception = base.find((each) => !hasExpired(each, today) && matches(each, finding, stack));
        return exception ? { ...finding, allowed: { reason: exception.reason, expires: exception.expires } } : finding;
    });
}

/** Entries that have expired, and entries that allow nothing. `stacks` are those of the review. */
export function exceptionFindings(
    reviewed: readonly { readonly stack: string | undefined; readonly findings: readonly ReviewFinding[] }[],
    { base, file }: Exceptions,
    today: Date,
): ReviewFinding[] {
    return base.flatMap((exception) => {
        const { database: name, code, expires } = exception;
        const subject = { urn: "", resource: file, name, source: { file, line: 1 } };
        if (hasExpired(exception, today))
            return [
                findingOf("exception-expired", subject, `the exception of ${code} for ${name} expired on ${expires}`),
            ];
        const concerned = reviewed.filter(({ stack }) => exception.stack === undefined || exception.stack === stack);
        const isUsed = concerned.some(({ stack, findings }) =>
            findings.some((each) => matches(exception, each, stack)),
        );
        // An entry for a stack that is not part of this review may be needed there.
        return isUsed || concerned.length === 0
            ? []
            : [findingOf("exception-unused", subject, `the exception of ${code} for ${name} allows nothing`)];
    });
}

function hasExpired({ expires }: Exception, today: Date): boolean {
    return expires < today.toISOString().slice(0, 10);
}

function matches(exception: Exception, { name, code }: ReviewFinding, stack: string | undefined): boolean {
    return (
        exception.database === name &&
        exception.code === code &&
        (exception.stack === undefined || exception.stack === stack)
    );
}
