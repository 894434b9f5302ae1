/** Operations on a replica, whose stack is that of its database. The CLI is a script that records its arguments. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedisPlatform } from "../../../provider/platform/index";
import { dockerDoes, fakeDocker } from "../support/fakeDocker";

fakeDocker();

const directory = mkdtempSync(join(tmpdir(), "redisdb-replica-"));
const record = join(directory, "record");
afterAll(() => {
    rmSync(directory, { recursive: true });
});

const urn = (type: string, name: string) => `urn:pulumi:sessions::redis::${type}::${name}`;
const types = { database: "redis-database:index:RedisDatabase", replica: "redis-database:index:RedisReplica" };
const container = "docker:index/container:Container";
const outputs = {
    specification: { name: "sessions", args: { version: "8.6", replicas: [{ name: "copy" }] } },
    connections: {},
};

/** A stack with a database and a replica. */
function deployed(): RedisPlatform {
    const stacks = join(directory, "state/.pulumi/stacks/redis");
    mkdirSync(stacks, { recursive: true });
    const component = (type: string, name: string, parent?: string) => ({
        urn: urn(type, name),
        type,
        ...(parent && { parent }),
        outputs: { engine: "redis", version: "8.6", containerName: `${name}-server-1` },
    });
    const resources = [
        { urn: urn("pulumi:pulumi:Stack", "redis-sessions"), type: "pulumi:pulumi:Stack", outputs },
        component(types.database, "sessions"),
        component(types.replica, "sessions-copy", urn(types.database, "sessions")),
        ...["sessions-server", "sessions-copy-server"].map((name) => ({ urn: urn(container, name), type: container })),
    ];
    writeFileSync(join(stacks, "sessions.json"), JSON.stringify({ checkpoint: { latest: { resources } } }));
    const pulumiCommand = join(directory, "pulumi");
    const printOutputs = `[ "$1 $2" != "stack output" ] || echo '${JSON.stringify(outputs)}'`;
    writeFileSync(pulumiCommand, `#!/bin/sh\necho "$*" >> ${record}\n${printOutputs}\n`, { mode: 0o755 });
    return RedisPlatform.open({ dataDirectory: directory, pulumiCommand });
}

test.each([
    ["copy", "sessions-copy-server"],
    ["sessions", "sessions-server"],
])("reload %s replaces its own container", async (handle, server) => {
    rmSync(record, { force: true });
    dockerDoes(`printf '%s\\trunning\\tUp 5 minutes (healthy)\\n' sessions-server-1 sessions-copy-server-1`);
    expect((await deployed().reload(handle)).handle).toBe(handle);
    const replaced = [...readFileSync(record, "utf8").matchAll(/--replace (\S+)/g)].map(([, found]) => found);
    expect(replaced).toEqual([urn(container, server)]);
});

test("reload creates a container that was removed by hand", async () => {
    rmSync(record, { force: true });
    dockerDoes("");
    await deployed().reload("sessions");
    expect(readFileSync(record, "utf8")).toMatch(/^up .*--refresh/m);
    expect(readFileSync(record, "utf8")).not.toContain("--replace");
});

test("update describes the replica that it has changed", async () => {
    expect(await deployed().update("copy", { memoryMb: 1024 })).toMatchObject({ handle: "copy", kind: "replica" });
});
