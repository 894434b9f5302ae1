/** What a code host answered when a request failed, in words, and when to repeat the request. */
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError } from "../commandErrors";
import type { PullRequest } from "./pullRequest";

/** How long to wait for a code host. */
export interface Patience {
    /** For one answer, in milliseconds. */
    readonly answerMs: number;
    /** The pauses before each repetition of a request, in milliseconds. */
    readonly pausesMs: readonly number[];
    /** A code host that asks for a longer pause, in milliseconds, is not asked again. */
    readonly longestPauseMs: number;
}

export const usualPatience: Patience = { answerMs: 30_000, pausesMs: [1000, 4000, 9000], longestPauseMs: 60_000 };

/** A failed request. */
export interface Failure {
    /** The status of HTTP. Undefined without an answer. */
    readonly status?: number;
    readonly reason: string;
    readonly isRateLimit: boolean;
    /** The pause that the code host asks for. */
    readonly pauseMs?: number;
}

/**
 * Repeats a request as long as its failure looks temporary.
 *
 * @param foundDone - For a request that must not be done twice: finds what a failed one has done nevertheless.
 */
export async function patiently<T>(
    request: () => Promise<T>,
    patience: Patience,
    signal?: AbortSignal,
    foundDone?: () => Promise<T | undefined>,
): Promise<T> {
    for (const usual of patience.pausesMs) {
        signal?.throwIfAborted();
        try {
            return await request();
        } catch (error) {
            const failure = failureOf(error);
            if (!failure || !isTemporary(failure)) throw error;
            const { pauseMs = usual } = failure;
            if (pauseMs > Math.max(usual, patience.longestPauseMs)) throw error;
            await sleep(pauseMs, undefined, { signal });
        }
        const done = await foundDone?.();
        if (done !== undefined) return done;
    }
    return await request();
}

/** Whether the same request may succeed later. */
function isTemporary({ status, isRateLimit }: Failure): boolean {
    return status === undefined || status >= 500 || isRateLimit;
}

/** What Octokit and gitbeaker throw. */
interface Thrown {
    readonly name?: unknown;
    readonly message?: unknown;
    readonly status?: unknown;
    /** Of Octokit. It has the status 500 if there was no answer. */
    readonly response?: { readonly headers?: Readonly<Record<string, unknown>> };
    /** Of Octokit's GraphQL requests, whose status is 200. */
    readonly errors?: readonly { readonly type?: unknown; readonly message?: unknown }[];
    readonly cause?: {
        /** Of gitbeaker. */
        readonly response?: Response;
    };
}

const statusOfGraphqlError: Readonly<Record<string, number>> = { FORBIDDEN: 403, NOT_FOUND: 404, RATE_LIMITED: 429 };

/** Undefined for an error that is not one of a request. */
function failureOf(error: unknown): Failure | undefined {
    const { name, message, status, response, errors, cause } = error as Thrown;
    const [graphql] = errors ?? [];
    if (graphql) {
        const found = statusOfGraphqlError[String(graphql.type)] ?? 422;
        return { status: found, reason: oneLine(graphql.message), isRateLimit: found === 429 };
    }
    if (typeof status === "number" && response) {
        return answered(status, message, (name) => response.headers?.[name]);
    }
    if (cause?.response) {
        const { status: found, headers } = cause.response;
        return answered(found, message, (name) => headers.get(name));
    }
    // gitbeaker has repeated the request several times.
    const [, last] = /last status code: (\d+)/.exec(String(message)) ?? [];
    if (last !== undefined) return answered(Number(last), "", () => undefined);
    const isWithoutAnswer = status === 500 || name === "GitbeakerTimeoutError" || message === "fetch failed";
    return isWithoutAnswer ? { reason: oneLine(deepest(error as Thrown)), isRateLimit: false } : undefined;
}

/** `fetch` says only that it failed. Its cause says why, such as `connect ECONNREFUSED 127.0.0.1:443`. */
function deepest(error: { readonly message?: unknown; readonly cause?: unknown }): unknown {
    const { cause, message } = error;
    return typeof cause === "object" && cause !== null ? deepest(cause) : message;
}

function answered(status: number, message: unknown, header: (name: string) => unknown): Failure {
    const reason = oneLine(message);
    const isRateLimit = status === 429 || (status === 403 && /rate limit/i.test(reason));
    const seconds = Number(header("retry-after") ?? NaN);
    // The time at which the limit ends, in seconds since 1970.
    const reset = Number(header("x-ratelimit-remaining") === "0" ? header("x-ratelimit-reset") : NaN);
    const pauseMs = seconds >= 0 ? seconds * 1000 : Math.max(reset * 1000 - Date.now(), 0);
    return { status, reason, isRateLimit, ...(isRateLimit && pauseMs >= 0 && { pauseMs }) };
}

/** Text from elsewhere on one line of bounded length, without control characters. */
function oneLine(text: unknown): string {
    if (typeof text !== "string") return "";
    const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
    return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

const nameOf = { github: "GitHub", gitlab: "GitLab" } as const;

/** A failed request as an error for people, without the token. Other errors are defects of this program, and stay as they are. */
export function commandErrorOf(error: unknown, place: PullRequest): unknown {
    const { host, apiUrl, repository, number, token } = place;
    const failure = failureOf(error);
    if (!failure) return error;
    const reason = failure.reason.replaceAll(token, "***");
    const where = host === "github" ? `${repository}#${number}` : `merge request ${number} of project ${repository}`;
    const about = `the comment on ${where} was not written: ${nameOf[host]}`;
    const because = reason ? ` (${reason})` : "";
    if (failure.status === undefined) {
        return new CommandError(
            `${about} cannot be reached at ${apiUrl}${because}`,
            "check the network of this machine; behind a proxy, set HTTPS_PROXY and NODE_USE_ENV_PROXY=1",
        );
    }
    const [problem, remedy] = explain(failure, place);
    return new CommandError(`${about} ${problem}${because}`, remedy);
}

function explain({ status = 0, isRateLimit }: Failure, { host }: PullRequest): [problem: string, remedy: string] {
    const isGitHub = host === "github";
    if (isRateLimit) return [`limits the number of requests, status ${status}`, "run the job again in some minutes"];
    if (status >= 500) return [`failed with status ${status}`, "run the job again; its status page may say more"];
    switch (status) {
        case 401:
            return [
                "rejects the token, status 401",
                `check whether ${isGitHub ? "GITHUB_TOKEN" : "GITLAB_TOKEN"} has expired or was revoked`,
            ];
        case 403:
            return [
                "does not allow this token to do that, status 403",
                isGitHub
                    ? "give the job `permissions: pull-requests: write`; the token of a pull request from a fork can only read"
                    : "use a project access token with the scope `api` and at least the role Reporter",
            ];
        case 404:
            return [
                "does not find it, status 404",
                `check the number, and that the token may read this ${isGitHub ? "repository" : "project"}`,
            ];
        default:
            return [`rejects it, status ${status}`, "check whether comments on this pull request are locked"];
    }
}
