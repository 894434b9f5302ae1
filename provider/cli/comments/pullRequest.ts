/** Which pull request to comment on, from the variables that a CI sets. */
import { readFileSync } from "node:fs";
import { UsageError } from "../commandErrors";

export interface PullRequest {
    readonly host: "github" | "gitlab";
    /** The root of the API, such as `https://api.github.com`. */
    readonly apiUrl: string;
    /** `OWNER/NAME` on GitHub; the number or the path of the project on GitLab. */
    readonly repository: string;
    readonly number: number;
    /** Never printed. */
    readonly token: string;
}

/**
 * The pull request of this CI job.
 *
 * @param given - The number, for a job that does not belong to a pull request, such as one of `workflow_run`. The default
 *   is the number of the job's pull request.
 * @throws UsageError if there is none, or no token. Nothing has been sent then.
 */
export function findPullRequest(env: NodeJS.ProcessEnv, given?: number): PullRequest {
    if (env.GITHUB_REPOSITORY) return onGitHub(env, env.GITHUB_REPOSITORY, given);
    // In the pipeline of a merge request from a fork, CI_PROJECT_ID is the fork.
    const project = env.CI_MERGE_REQUEST_PROJECT_ID ?? env.CI_PROJECT_ID;
    if (project) return onGitLab(env, project, given);
    throw new UsageError(
        "--comment: neither GITHUB_REPOSITORY nor CI_PROJECT_ID is set, so the pull request is unknown",
        "use it in a CI of GitHub or GitLab; elsewhere, write the comment to a file: --write markdown=FILE",
    );
}

function onGitHub(env: NodeJS.ProcessEnv, repository: string, given: number | undefined): PullRequest {
    const number = given ?? numberOfEvent(env.GITHUB_EVENT_PATH) ?? numberOfRef(env.GITHUB_REF);
    if (!/^[^/\s]+\/[^/\s]+$/.test(repository)) {
        throw new UsageError(`GITHUB_REPOSITORY is "${repository}"`, "write it as OWNER/NAME");
    }
    return {
        host: "github",
        apiUrl: withoutSlash(env.GITHUB_API_URL) ?? "https://api.github.com",
        repository,
        number: number ?? failForNumber("this job does not belong to a pull request"),
        token: env.GITHUB_TOKEN ?? env.GH_TOKEN ?? failForToken("GITHUB_TOKEN", "${{ github.token }}"),
    };
}

function onGitLab(env: NodeJS.ProcessEnv, repository: string, given: number | undefined): PullRequest {
    const inJob = Number(env.CI_MERGE_REQUEST_IID);
    return {
        host: "gitlab",
        apiUrl: withoutSlash(env.CI_API_V4_URL) ?? "https://gitlab.com/api/v4",
        repository,
        number: given ?? (inJob > 0 ? inJob : failForNumber("CI_MERGE_REQUEST_IID is not set")),
        // The token of a job, CI_JOB_TOKEN, may not write comments.
        token: env.GITLAB_TOKEN ?? failForToken("GITLAB_TOKEN", "a project access token with the scope `api`"),
    };
}

function withoutSlash(url: string | undefined): string | undefined {
    return url?.replace(/\/+$/, "") || undefined;
}

interface GitHubEvent {
    readonly pull_request?: { readonly number?: unknown };
    readonly issue?: { readonly number?: unknown; readonly pull_request?: unknown };
}

/** The number in the event that started the job: of a pull request, or of a comment on one. */
function numberOfEvent(path: string | undefined): number | undefined {
    if (!path) return undefined;
    let event: GitHubEvent;
    try {
        event = JSON.parse(readFileSync(path, "utf8")) as GitHubEvent;
    } catch {
        return undefined;
    }
    const number = event.pull_request?.number ?? (event.issue?.pull_request && event.issue.number);
    return typeof number === "number" ? number : undefined;
}

/** Such as `refs/pull/7/merge`. */
function numberOfRef(ref: string | undefined): number | undefined {
    const [, number] = /^refs\/pull\/(\d+)\//.exec(ref ?? "") ?? [];
    return number === undefined ? undefined : Number(number);
}

function failForNumber(reason: string): never {
    throw new UsageError(`--comment: ${reason}`, "run it for a pull request, or name one: --pull-request NUMBER");
}

function failForToken(variable: string, value: string): never {
    throw new UsageError(`--comment: ${variable} is not set`, `set it in the environment of this step: ${value}`);
}
