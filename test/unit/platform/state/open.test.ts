/** Which backend reads the states of a URL. */
import { settingsFrom } from "../../../../provider/platform/options";
import { CliBackend } from "../../../../provider/platform/state/cliBackend";
import { openBackend } from "../../../../provider/platform/state/open";
import { SelfManagedBackend } from "../../../../provider/platform/state/selfManagedBackend";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const dataDirectory = mkdtempSync(join(tmpdir(), "redis-database-open-"));
afterAll(() => {
    rmSync(dataDirectory, { recursive: true });
});

test.each([
    [undefined, SelfManagedBackend],
    ["s3://states?region=eu-central-1", SelfManagedBackend],
    ["s3://states?role=arn:aws:iam::1:role/ops", CliBackend],
    ["gs://states", CliBackend],
    ["azblob://states", CliBackend],
    ["https://api.pulumi.com", CliBackend],
])("%s", (backendUrl, backend) => {
    expect(openBackend(settingsFrom({ dataDirectory, ...(backendUrl && { backendUrl }) }))).toBeInstanceOf(backend);
});

test("the AWS library is not loaded until a bucket is read", () => {
    openBackend(settingsFrom({ dataDirectory, backendUrl: "s3://states?region=eu-central-1" }));
    expect(Object.keys(require.cache).filter((file) => file.includes("@aws-sdk"))).toEqual([]);
});
