/** Which pull request a CI job belongs to. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../../../provider/cli/commandErrors";
import { findPullRequest } from "../../../../provider/cli/comments/pullRequest";

const directory = mkdtempSync(join(tmpdir(), "redisdb-event-"));
afterAll(() => {
    rmSync(directory, { recursive: true });
});

const event = (content: unknown) => {
    const file = join(directory, "event.json");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
};

const gitHub = { GITHUB_REPOSITORY: "shop/infrastructure", GITHUB_TOKEN: "secret" };
const gitLab = { CI_PROJECT_ID: "12", GITLAB_TOKEN: "secret" };

const error = (env: NodeJS.ProcessEnv, given?: number) => {
    try {
        findPullRequest(env, given);
    } catch (thrown) {
        expect(thrown).toBeInstanceOf(UsageError);
        const { message, remedy } = thrown as UsageError;
        return `${message} → ${remedy}`;
    }
    throw new Error("a pull request was found");
};

describe("GitHub", () => {
    test("takes the number from the event", () => {
        const GITHUB_EVENT_PATH = event({ pull_request: { number: 7 } });
        expect(findPullRequest({ ...gitHub, GITHUB_EVENT_PATH, GITHUB_REF: "refs/heads/main" })).toEqual({
            host: "github",
            apiUrl: "https://api.github.com",
            repository: "shop/infrastructure",
            number: 7,
            token: "secret",
        });
    });

    test("takes the number from a comment on a pull request, not from one on an issue", () => {
        const onPullRequest = event({ issue: { number: 8, pull_request: {} } });
        expect(findPullRequest({ ...gitHub, GITHUB_EVENT_PATH: onPullRequest }).number).toBe(8);
        const onIssue = event({ issue: { number: 8 } });
        expect(error({ ...gitHub, GITHUB_EVENT_PATH: onIssue })).toMatch(/does not belong to a pull request/);
    });

    test("takes the number from the ref if the event has none or cannot be read", () => {
        const GITHUB_REF = "refs/pull/9/merge";
        expect(findPullRequest({ ...gitHub, GITHUB_REF }).number).toBe(9);
        expect(findPullRequest({ ...gitHub, GITHUB_REF, GITHUB_EVENT_PATH: event("{") }).number).toBe(9);
    });

    test("prefers the number that was given", () => {
        const GITHUB_EVENT_PATH = event({ pull_request: { number: 7 } });
        expect(findPullRequest({ ...gitHub, GITHUB_EVENT_PATH }, 11).number).toBe(11);
    });

    test("uses the API of GitHub Enterprise, and the token of the command gh", () => {
        const { GITHUB_REPOSITORY } = gitHub;
        const env = { GITHUB_REPOSITORY, GITHUB_API_URL: "https://git.example.com/api/v3/", GH_TOKEN: "other" };
        expect(findPullRequest(env, 1)).toMatchObject({ apiUrl: "https://git.example.com/api/v3", token: "other" });
    });
});

describe("GitLab", () => {
    test("takes the project of the merge request, which may not be that of the job", () => {
        const env = { ...gitLab, CI_MERGE_REQUEST_PROJECT_ID: "3", CI_MERGE_REQUEST_IID: "5" };
        expect(findPullRequest({ ...env, CI_API_V4_URL: "https://git.example.com/api/v4" })).toEqual({
            host: "gitlab",
            apiUrl: "https://git.example.com/api/v4",
            repository: "3",
            number: 5,
            token: "secret",
        });
        expect(findPullRequest(gitLab, 6)).toMatchObject({ repository: "12", number: 6 });
    });
});

test("says what is missing", () => {
    expect([
        error({}),
        error({ ...gitHub, GITHUB_TOKEN: undefined }, 1),
        error({ ...gitHub, GITHUB_REPOSITORY: "shop" }, 1),
        error(gitHub),
        error({ CI_PROJECT_ID: "12", CI_MERGE_REQUEST_IID: "5" }),
        error(gitLab),
    ]).toMatchSnapshot();
});
