/** The comment on a pull request, with a server that answers as GitHub and GitLab do. */
import { CommandError } from "../../../../provider/cli/commandErrors";
import type { Patience } from "../../../../provider/cli/comments/failures";
import { type CommentRequest, publishComment } from "../../../../provider/cli/comments/publish";
import type { PullRequest } from "../../../../provider/cli/comments/pullRequest";
import { CodeHostServer } from "../support/codeHostServer";

const server = new CodeHostServer();
const { user, token, repository, number } = CodeHostServer;

beforeAll(() => server.listen());
afterAll(() => server.close());
beforeEach(() => {
    server.reset();
});

const marker = "<!-- redisdb-review: shop production . -->";
const body = `${marker}\n\n**Nothing is lost.**\n`;
const update: CommentRequest = { body, marker, mode: "update", onlyUpdate: false };

const patience: Patience = { answerMs: 2000, pausesMs: [1, 1, 1], longestPauseMs: 100 };

/** 60 comments by others: three pages. */
function addOthers(): void {
    for (let index = 0; index < 60; index++)
        server.add(index === 3 ? "ghost" : `reviewer-${index}`, `comment ${index}`);
}

describe.each(["github", "gitlab"] as const)("%s", (host) => {
    const place = (): PullRequest => {
        const apiUrl = host === "github" ? server.url : `${server.url}/api/v4`;
        return { host, apiUrl, repository, number, token };
    };
    const publish = (request: Partial<CommentRequest> = {}, of: Partial<PullRequest> = {}) =>
        publishComment({ ...update, ...request }, { ...place(), ...of }, { patience });
    const create = host === "github" ? "POST /issues/7/comments" : "POST /notes";
    const read = host === "github" ? "GET /comments" : "GET /notes";

    /** The error, with what it says. */
    const failure = async (of?: Partial<PullRequest>) => {
        const error: unknown = await publish({}, of).then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(CommandError);
        const { message, remedy, stack = "" } = error as CommandError;
        expect(message + remedy + stack).not.toContain(token);
        return `${message} → ${remedy}`.replace(server.url, "URL");
    };

    test("creates a comment, and updates the same one later, after reading all pages", async () => {
        addOthers();
        const created = await publish();
        expect(created).toEqual({ action: "created", url: expect.stringMatching(/#\D+_?\d+$/) as string });
        addOthers();
        const changed = `${body}\nmemoryMb 64 → 128\n`;
        expect(await publish({ body: changed })).toEqual({ action: "updated", url: created.url });
        const ours = server.comments.filter(({ author }) => author === user);
        expect(ours.map((comment) => comment.body)).toEqual([changed]);
        expect(server.requests.filter((each) => each.includes("page=5"))).toHaveLength(1);
    });

    test("skips a comment that is the same, also with the line breaks of the code host", async () => {
        server.add(user, body.replaceAll("\n", "\r\n").trimEnd());
        expect(await publish()).toMatchObject({ action: "unchanged" });
        expect(await publish({ mode: "hide-and-new" })).toMatchObject({ action: "unchanged" });
        expect(server.changes).toEqual([]);
    });

    test("never edits a comment by another author with the same marker", async () => {
        const forged = server.add("mallory", `${marker}\n\nNothing to see here.`);
        expect(await publish()).toMatchObject({ action: "created" });
        expect(await publish({ body: `${body}2`, mode: "hide-and-new" })).toMatchObject({ action: "created" });
        expect(forged).toMatchObject({ body: `${marker}\n\nNothing to see here.`, isHidden: false });
    });

    test("leaves other comments of the same user alone, also if they quote the marker", async () => {
        server.add(user, `coverage: 93 %\n${marker}`);
        server.add(user, "<!-- redisdb-review: shop staging . -->\nanother stack");
        expect(await publish()).toMatchObject({ action: "created" });
        expect(server.comments).toHaveLength(3);
    });

    test("new: adds one every time", async () => {
        await publish({ mode: "new" });
        expect(await publish({ mode: "new" })).toMatchObject({ action: "created" });
        expect(server.comments.map((each) => each.body)).toEqual([body, body]);
    });

    test("hide-and-new: adds one and hides earlier ones", async () => {
        addOthers();
        for (const text of ["first", "second", "third"]) {
            await publish({ mode: "hide-and-new", body: `${body}${text}` });
        }
        const ours = server.comments.filter(({ author }) => author === user);
        const isOutdated = ({ isHidden, body: text }: (typeof ours)[number]) =>
            host === "github" ? isHidden : /^<details><summary>Outdated review<\/summary>\n\n/.test(text);
        expect(ours.map(isOutdated)).toEqual([true, true, false]);
        expect(ours.map((each) => /(first|second|third)/.exec(each.body)?.[1])).toEqual(["first", "second", "third"]);
        // Each one is hidden once.
        expect(server.requests.filter((each) => /^(MUTATION|PUT)/.test(each))).toHaveLength(2);
        expect(server.comments.filter(({ author, isHidden }) => author !== user && isHidden)).toEqual([]);
    });

    test("with nothing to say, updates an earlier comment and writes no new one", async () => {
        expect(await publish({ onlyUpdate: true })).toEqual({ action: "skipped" });
        expect(server.changes).toEqual([]);
        const earlier = server.add(user, `${marker}\n\n1 finding`);
        for (const mode of ["update", "new", "hide-and-new"] as const) {
            earlier.body = `${marker}\n\n1 finding`;
            expect(await publish({ onlyUpdate: true, mode })).toMatchObject({ action: "updated" });
            expect(server.comments.map((each) => each.body)).toEqual([body]);
        }
    });

    test.each([500, 502, 503, 429])("repeats requests after status %d", async (status) => {
        server.fail({ request: read, status, times: 2 });
        server.fail({ request: create, status });
        expect(await publish()).toMatchObject({ action: "created" });
        expect(server.comments).toHaveLength(1);
    });

    test("does not write twice if the code host has created the comment but says that it failed", async () => {
        server.fail({ request: create, status: 500, isDone: true });
        expect(await publish()).toMatchObject({ action: "created" });
        expect(server.comments).toHaveLength(1);
    });

    test("waits for a slow answer, but not for ever", async () => {
        server.delayMs = 50;
        expect(await publish()).toMatchObject({ action: "created" });
        const impatient = { ...patience, answerMs: 10, pausesMs: [1] };
        const error: unknown = await publishComment(update, place(), { patience: impatient }).catch(
            (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(CommandError);
        expect((error as CommandError).message).toMatch(/cannot be reached at .*time/i);
    });

    test("stops at once when it is cancelled", async () => {
        server.fail({ request: read, status: 503, times: 3 });
        const controller = new AbortController();
        const slowly = { ...patience, pausesMs: [60_000] };
        const ended = publishComment(update, place(), { patience: slowly, signal: controller.signal });
        setTimeout(() => {
            controller.abort();
        }, 200);
        await expect(ended).rejects.toThrow(/abort/i);
    });

    test("says what is wrong if the code host refuses", async () => {
        const wrongToken = { token: "expired" };
        expect([
            await failure(wrongToken),
            await failure({ number: 999 }),
            await failedWith(403, "Resource not accessible by integration"),
            await failedWith(422, "Validation Failed"),
            await failedWith(500, "Server Error", 99),
            await failedWith(429, "You have exceeded a secondary rate limit", 99),
            await failedWith(403, `API rate limit exceeded for ${token}\u202e\u001b[31m`),
            await failure({ apiUrl: "http://host.invalid/api/v4" }),
        ]).toMatchSnapshot();
    });

    /** A gateway answers with a page of HTML. */
    test("bounds what it repeats of an answer", async () => {
        server.fail({ request: create, status: 400, message: "<html>".repeat(1000) });
        expect((await failure()).length).toBeLessThan(600);
    });

    async function failedWith(status: number, message: string, times = 1): Promise<string> {
        server.fail({ request: create, status, message, times, headers: { "retry-after": times > 1 ? "0" : "3600" } });
        const text = await failure();
        server.reset();
        return text;
    }
});

describe("rate limits", () => {
    const place: () => PullRequest = () => ({ host: "github", apiUrl: server.url, repository, number, token });

    test.each<Record<string, string>>([
        { "retry-after": "1" },
        { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.ceil(Date.now() / 1000)) },
    ])("waits as long as the code host asks: %j", async (headers) => {
        server.fail({ request: create, status: 403, message: "secondary rate limit", headers });
        const begin = Date.now();
        await publishComment(update, place(), { patience: { ...patience, longestPauseMs: 5000 } });
        expect(server.comments).toHaveLength(1);
        if ("retry-after" in headers) expect(Date.now() - begin).toBeGreaterThanOrEqual(1000);
    });

    test("does not wait for an hour", async () => {
        server.fail({ request: create, status: 429, headers: { "retry-after": "3600" } });
        await expect(publishComment(update, place(), { patience })).rejects.toThrow(/limits the number of requests/);
        expect(server.changes).toHaveLength(1);
    });

    test("repeats a GraphQL request that is limited", async () => {
        server.fail({ request: "POST /graphql", status: 403, message: "secondary rate limit" });
        await publishComment(update, place(), { patience });
        expect(server.comments).toHaveLength(1);
    });

    const create = "POST /issues/7/comments";
});
