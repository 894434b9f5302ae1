/** A platform with 1,000 databases. `make bench` measures how long it takes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedisPlatform } from "../../../provider/platform";
import { dockerCalls, dockerDoes, fakeDocker } from "../support/fakeDocker";

interface Fleet {
    readonly writeFleet: (
        directory: string,
        recorded: { readonly state: string; readonly recorded: string },
        count: number,
    ) => readonly string[];
}
const { writeFleet } = jest.requireActual<Fleet>("../../../bench/lib/fleet.cjs");

/** The state of a real database, without most of its resources, and with shortened secrets. */
const state = readFileSync(join(__dirname, "../support/recordedCheckpoint.json"), "utf8");
const count = 1000;

let dataDirectory: string;
let handles: readonly string[];
let platform: RedisPlatform;

fakeDocker();
beforeAll(() => {
    dataDirectory = mkdtempSync(join(tmpdir(), "redis-database-fleet-"));
    handles = writeFleet(join(dataDirectory, "state"), { state, recorded: "recorded-database" }, count);
    platform = RedisPlatform.open({ dataDirectory });
});
afterAll(() => {
    rmSync(dataDirectory, { recursive: true });
});

test("lists all of them, with what each state says", async () => {
    const databases = await platform.list();
    expect(databases.map(({ handle }) => handle)).toEqual(handles);
    expect(databases[17]).toEqual({
        handle: "fleet-0017",
        kind: "database",
        stack: "fleet-0017",
        status: "ready",
        engine: "redis",
        version: "8.0",
        flavor: "aof",
        endOfLife: "2026-12-01",
        ended: expect.any(Boolean) as boolean,
        memoryMb: 64,
        host: "localhost",
        port: 27636,
        tlsPort: 27637,
        containerName: "fleet-0017-server-78e5422",
        owner: "redis/fleet-0017/fleet-0017",
        certificateExpires: "2027-11-26T22:59:21Z",
        updated: "2026-11-26T22:59:26.907279699Z",
    });
});

test("a damaged state does not hide the other databases", async () => {
    const file = join(dataDirectory, "state/.pulumi/stacks/redis/fleet-0017.json");
    const intact = readFileSync(file);
    writeFileSync(file, intact.subarray(0, 5000));
    try {
        const databases = await platform.list();
        expect(databases).toHaveLength(count);
        expect(databases.filter(({ status }) => status !== "ready")).toEqual([
            { handle: "fleet-0017", kind: "database", stack: "fleet-0017", status: "damaged", ended: false },
        ]);
    } finally {
        writeFileSync(file, intact);
    }
});

test("asks a Docker host once for the health of all its databases", async () => {
    const line = (handle: string) =>
        `printf '%s\\t%s\\t%s\\n' ${handle}-server-78e5422 running 'Up 5 minutes (healthy)'`;
    dockerDoes(...handles.slice(1).map(line));
    const health = await platform.health();
    expect(dockerCalls()).toHaveLength(1);
    expect(health[0]).toMatchObject({ handle: "fleet-0000", state: "missing" });
    expect(health.slice(1).filter(({ state }) => state !== "healthy")).toEqual([]);
    expect(health).toHaveLength(count);
});
