/** What the CLI does with states and locks, on which the platform's backends rely. No database is created. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseStack } from "../../provider/platform/engine/databaseStack";
import { type Settings, settingsFrom } from "../../provider/platform/options";
import type { StateBackend } from "../../provider/platform/state/backend";
import { parseCheckpoint } from "../../provider/platform/state/checkpoint";
import { CliBackend } from "../../provider/platform/state/cliBackend";
import { openBackend } from "../../provider/platform/state/open";
import { present } from "../support/present";

const dataDirectory = mkdtempSync(join(tmpdir(), "redis-database-backends-"));
let settings: Settings;
/** The same states, read by the CLI and read directly. */
let throughCli: StateBackend;
let direct: StateBackend;

beforeAll(async () => {
    settings = settingsFrom({ dataDirectory });
    throughCli = new CliBackend(settings);
    direct = openBackend(settings);
    await new DatabaseStack(settings, direct, "plain").create({});
    process.env.PULUMI_DIY_BACKEND_GZIP = "true";
    await new DatabaseStack(settings, direct, "compressed").create({});
    delete process.env.PULUMI_DIY_BACKEND_GZIP;
});

afterAll(() => {
    rmSync(dataDirectory, { recursive: true });
});

test("the CLI lists the same stacks", async () => {
    const stacks = ["compressed", "plain"];
    expect([...(await throughCli.list())].sort()).toEqual(stacks);
    expect([...(await direct.list())].sort()).toEqual(stacks);
});

test.each(["plain", "compressed"])("the CLI exports the same state of a stack (%s)", async (stack) => {
    const [exported, read] = [present(await throughCli.read(stack)), present(await direct.read(stack))];
    expect(parseCheckpoint(exported)).toEqual(parseCheckpoint(read));
    expect(parseCheckpoint(read).secrets?.salt).toMatch(/^v1:/);
});

test("a stack that does not exist has no state", async () => {
    expect(await throughCli.read("missing")).toBeUndefined();
    expect(await direct.read("missing")).toBeUndefined();
});

test("a command on a locked stack is `locked`, with the holder where the backend reports it", async () => {
    const locks = join(dataDirectory, "state/.pulumi/locks/organization/redis/plain");
    const holder = { pid: process.pid, hostname: hostname(), timestamp: "2026-11-26T22:45:00Z" };
    mkdirSync(locks, { recursive: true });
    writeFileSync(join(locks, "other.json"), JSON.stringify({ ...holder, username: "ops" }));
    const destroyedThrough = (backend: StateBackend) => new DatabaseStack(settings, backend, "plain").destroy({});
    await expect(destroyedThrough(throughCli)).rejects.toMatchObject({ code: "locked", details: {} });
    await expect(destroyedThrough(direct)).rejects.toMatchObject({
        code: "locked",
        details: { pid: process.pid, host: hostname(), since: holder.timestamp },
    });
});
