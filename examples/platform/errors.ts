/** Errors as HTTP answers: a status, and a JSON body with a code, a message and what to do next. */
import { type ErrorCode, PlatformError } from "pulumi-redis-database/platform";

/** The body of every answer that reports an error. */
export interface Problem {
    /** Stable, for programs. */
    readonly code: string;
    readonly message: string;
    /** What to do next. */
    readonly remedy: string;
}

const statuses: Readonly<Record<ErrorCode, number>> = {
    "validation": 422,
    "unknown-version": 422,
    "refused": 422,
    "not-backed-up": 422,
    "handle-unknown": 404,
    "backup-unknown": 404,
    "handle-taken": 409,
    "locked": 409,
    "engine-unreachable": 503,
    "backend-unreachable": 503,
    "docker-unreachable": 503,
    "cancelled": 503,
    "timeout": 504,
    "backup-failed": 500,
    "partial": 500,
};

/** An error of the portal itself, as opposed to one of the platform library. */
export class PortalError extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
        readonly remedy: string,
    ) {
        super(message);
    }
}

/** The status and the body for an error. The text of an unexpected error stays in the portal's log. */
export function answerTo(error: unknown): { readonly status: number; readonly problem: Problem } {
    if (error instanceof PortalError) return { status: error.status, problem: problemOf(error) };
    if (error instanceof PlatformError) {
        const { code } = error as PlatformError;
        return { status: statuses[code], problem: problemOf(error as PlatformError) };
    }
    const { statusCode = 500, validation, message } = error as FastifyError;
    if (validation) {
        const remedy = "correct the request: README.md describes each one";
        return { status: 422, problem: { code: "validation", message, remedy } };
    }
    // Fastify's own errors, such as a body that is too large or is not JSON.
    if (statusCode < 500) {
        return { status: statusCode, problem: { code: "invalid-request", message, remedy: "correct the request" } };
    }
    const problem = { code: "internal", message: "the portal failed", remedy: "read the portal's log" };
    return { status: 500, problem };
}

type FastifyError = Error & { readonly statusCode?: number; readonly validation?: unknown };

function problemOf({ code, message, remedy }: Problem): Problem {
    return { code, message, remedy };
}
