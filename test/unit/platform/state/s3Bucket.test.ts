/** Requests to S3. A small HTTP server answers them; test/engine/platformS3.test.ts uses a real one. */
import { type IncomingMessage, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Bucket } from "../../../../provider/platform/state/s3Bucket";
import { SelfManagedBackend } from "../../../../provider/platform/state/selfManagedBackend";

type Answer = readonly [status: number, body: string];

let answer: (request: IncomingMessage) => Answer;
let requests: string[];
let server: Server;
let bucket: S3Bucket;

beforeAll(async () => {
    server = createServer((request, response) => {
        requests.push(`${request.method} ${request.url}`);
        const [status, body] = answer(request);
        response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const client = {
        endpoint: `http://127.0.0.1:${port}`,
        region: "eu-central-1",
        forcePathStyle: true,
        credentials: { accessKeyId: "key", secretAccessKey: "hidden" },
        maxAttempts: 1,
    };
    bucket = new S3Bucket({ bucket: "states", prefix: "teams/", client });
});
beforeEach(() => {
    requests = [];
});
afterAll(() => {
    server.closeAllConnections();
    server.close();
});

const error = (code: string, message: string) => `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;

/** A page of a listing. `next` is the token of the page after it. */
function page(names: readonly string[], next?: string): string {
    const contents = names.map((name) => `<Contents><Key>teams/.pulumi/stacks/redis/${name}</Key></Contents>`);
    const more = next ? `<NextContinuationToken>${next}</NextContinuationToken>` : "";
    return `<ListBucketResult><IsTruncated>${Boolean(next)}</IsTruncated>${more}${contents.join("")}</ListBucketResult>`;
}

test("lists a folder in the prefix, page by page", async () => {
    answer = ({ url }) => [200, url?.includes("continuation-token=two") ? page(["c.json"]) : page(["a.json"], "two")];
    expect(await new SelfManagedBackend(bucket, "redis").list()).toEqual(["a", "c"]);
    expect(requests).toHaveLength(2);
    expect(requests[0]).toContain("prefix=teams%2F.pulumi%2Fstacks%2Fredis%2F");
    expect(requests[0]).toContain("delimiter=%2F");
});

test("an empty listing has no files", async () => {
    answer = () => [200, page([])];
    expect(await bucket.list(".pulumi/stacks/redis")).toEqual([]);
});

test("reads an object; a missing one is undefined", async () => {
    answer = ({ url }) => (url?.includes("a.json") ? [200, "content"] : [404, error("NoSuchKey", "no such key")]);
    expect((await bucket.read("a.json"))?.toString()).toBe("content");
    expect(await bucket.read("b.json")).toBeUndefined();
    expect(await bucket.copy("b.json", "c.json")).toBe(false);
});

test("removes an object, and copies one within the prefix", async () => {
    const sources: unknown[] = [];
    answer = ({ method, headers }) => {
        sources.push(headers["x-amz-copy-source"]);
        return method === "DELETE" ? [204, ""] : [200, "<CopyObjectResult></CopyObjectResult>"];
    };
    await bucket.remove("a.json");
    expect(await bucket.copy("b c.json", "d.json")).toBe(true);
    expect(requests.map((request) => request.split("?")[0])).toEqual([
        "DELETE /states/teams/a.json",
        "PUT /states/teams/d.json",
    ]);
    expect(sources).toEqual([undefined, "states/teams/b%20c.json"]);
});

test.each([
    [403, "InvalidAccessKeyId", "The key does not exist."],
    [404, "NoSuchBucket", "The bucket does not exist."],
])("an answer with %s %s is an error that says what to do", async (status, code, message) => {
    answer = () => [status, error(code, message)];
    await expect(bucket.list("folder")).rejects.toMatchObject({
        code: "backend-unreachable",
        message: `the state in the bucket "states" is not accessible: ${message}`,
        remedy: "correct the backend's URL or the AWS credentials, and check that the server answers",
    });
});
