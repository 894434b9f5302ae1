/** The document that `redisdb review --json` prints. Members are only added, so that programs can rely on it. */
import type { AddedException, Review, ReviewFinding, StackReview } from "../report";
import { failureTest } from "./counts";

export interface ReviewDocument {
    /** 1. A later format would be another document. */
    readonly format: 1;
    readonly exitCode: Review["exitCode"];
    readonly failOn: readonly string[];
    /** The number of findings that fail the review. */
    readonly failing: number;
    readonly addedExceptions: readonly AddedException[];
    readonly stacks: readonly ReviewedStack[];
}

/** A stack with its findings, each of which says whether it fails the review. */
export interface ReviewedStack extends Omit<StackReview, "findings"> {
    readonly findings: readonly (ReviewFinding & { readonly fails: boolean })[];
}

export function json(review: Review): ReviewDocument {
    const { exitCode, failOn, failing, addedExceptions, stacks } = review;
    const fails = failureTest(review);
    return {
        format: 1,
        exitCode,
        failOn,
        failing: failing.length,
        addedExceptions,
        stacks: stacks.map((stack) => ({
            ...stack,
            findings: stack.findings.map((finding) => ({ ...finding, fails: fails(finding) })),
        })),
    };
}
