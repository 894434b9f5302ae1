/** Where a finding is in the repository, and a fingerprint that stays the same when its line moves. */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { SourceLine, StackReview } from "../report";
import { oneLine } from "./clean";
import type { Located } from "./counts";

/** The line of a program, relative to the root of the repository; undefined if it would be outside of it. */
export function lineIn({ folder }: StackReview, { file, line }: SourceLine): SourceLine | undefined {
    const path = posix.normalize(posix.join(oneLine(folder, 500), oneLine(file, 500)));
    if (path === ".." || path.startsWith("../") || path.startsWith("/") || path.includes("\\")) return undefined;
    return { file: path, line: Number.isSafeInteger(line) && line > 0 ? line : 1 };
}

/** The line of a finding; the project's file if Pulumi did not record one. */
export function locationOf(stack: StackReview, source: SourceLine | undefined): SourceLine {
    const line = source && lineIn(stack, source);
    return line ?? lineIn(stack, projectFile) ?? projectFile;
}

const projectFile: SourceLine = { file: "Pulumi.yaml", line: 1 };

/**
 * A fingerprint per finding, in the same order. It does not depend on the line or the message, which may change while
 * the problem stays the same. Several findings of a rule about one resource are numbered.
 */
export function fingerprintsOf(findings: readonly Located[]): string[] {
    const seen = new Map<string, number>();
    return findings.map(({ stack, finding }) => {
        const key = [stack.project, stack.stack, stack.folder, finding.code, finding.urn].join("\n");
        const number = seen.get(key) ?? 0;
        seen.set(key, number + 1);
        return createHash("sha256").update(`${key}\n${number}`).digest("hex").slice(0, 32);
    });
}
