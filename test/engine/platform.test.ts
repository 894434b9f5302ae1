/** The platform library with real Pulumi and Docker: each operation, and that it can be repeated. */
import { execFileSync } from "node:child_process";
import Redis from "ioredis";
import { type ProgressEvent, changes } from "../../provider/platform/index";
import { docker, uniqueName } from "./support/docker";
import { TestPlatform, containersOf, volumesOf } from "./support/testPlatform";
import { TlsTraffic } from "./support/traffic";

const args = { version: "8.0", memoryMb: 64 } as const;
const replicaPassword = "a-secret-of-the-replica";

describe("a database of the platform", () => {
    const [handle, replica, renamed] = [uniqueName("platform"), uniqueName("copy"), uniqueName("renamed")];
    const events: ProgressEvent[] = [];
    const onProgress = (event: ProgressEvent) => events.push(event);
    /** The command lines of all processes, at each progress event. */
    const commandLines = new Set<string>();
    const observe = (event: ProgressEvent) => {
        onProgress(event);
        for (const line of execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" }).split("\n"))
            commandLines.add(line);
    };
    let platform: TestPlatform;
    let secrets: string[] = [];

    beforeAll(() => {
        platform = new TestPlatform("platform");
    });

    afterAll(() => platform.close());

    async function connect(name: string): Promise<Redis> {
        const { tlsUrl, caCertPem } = await platform.redis.url(name);
        return new Redis(tlsUrl, { tls: { ca: caCertPem } });
    }

    const stepsSince = (start: number) => events.slice(start).filter(({ type }) => type === "resource");

    test("is created; a repeat with the same arguments changes nothing", async () => {
        const created = await platform.redis.create(handle, args, { onProgress: observe });
        expect(created).toMatchObject({ handle, kind: "database", status: "ready", version: "8.0", memoryMb: 64 });
        expect(events.filter(({ type }) => type === "phase")).toEqual(
            ["waiting", "preparing", "applying", "done"].map((phase) => ({ type: "phase", handle, phase })),
        );
        expect(await platform.redis.wait(handle)).toEqual({ handle, state: "healthy" });
        const containers = containersOf(handle);
        const start = events.length;
        expect(await platform.redis.create(handle, args, { onProgress })).toEqual(created);
        expect(stepsSince(start)).toEqual([]);
        expect(containersOf(handle)).toEqual(containers);
        expect(await platform.redis.drift(handle)).toEqual([]);
    });

    test("cannot be created with other arguments: the error says what differs", async () => {
        await expect(platform.redis.create(handle, { ...args, memoryMb: 128 })).rejects.toMatchObject({
            code: "handle-taken",
            details: { differences: [{ path: "memoryMb", current: 64, requested: 128 }] },
        });
    });

    test("keeps its specification after a refused change, which the next change does not repeat", async () => {
        const server = docker("inspect", "-f", "{{.Id}}", (await platform.redis.get(handle)).containerName ?? "");
        const upgrade = platform.redis.update(handle, { version: "8.6", image: "redis:no-such-tag" });
        await expect(upgrade).rejects.toMatchObject({ code: "refused" });
        expect(await platform.redis.get(handle)).toMatchObject({ version: "8.0", status: "failed" });
        expect(await platform.redis.update(handle, { config: { timeout: 100 } })).toMatchObject({
            version: "8.0",
            status: "ready",
        });
        expect(docker("inspect", "-f", "{{.Id}}", (await platform.redis.get(handle)).containerName ?? "")).toBe(server);
        await platform.redis.update(handle, { config: undefined });
    });

    test("gets a replica, which a repeat leaves as it is", async () => {
        const client = await connect(handle);
        await client.set("key", "value");
        const password = replicaPassword;
        const copy = await platform.redis.replicate(handle, replica, { password }, { onProgress: observe });
        expect(copy).toMatchObject({ handle: replica, kind: "replica", primary: handle, status: "ready" });
        const reader = await connect(replica);
        expect(await reader.get("key")).toBe("value");
        reader.disconnect();
        client.disconnect();
        const start = events.length;
        expect(await platform.redis.replicate(handle, replica, { password }, { onProgress })).toMatchObject(
            (({ updated: _updated, ...rest }) => rest)(copy),
        );
        expect(stepsSince(start)).toEqual([]);
        await expect(platform.redis.replicate(handle, replica, { password: "another-one" })).rejects.toMatchObject({
            code: "handle-taken",
            details: { differences: [{ path: "password" }] },
        });
    });

    test("keeps its clients while its password is rotated", async () => {
        const { tlsUrl, caCertPem } = await platform.redis.url(handle);
        const traffic = new TlsTraffic(tlsUrl, caCertPem);
        await platform.redis.rotatePassword(handle, { onProgress: observe });
        const report = await traffic.stop();
        expect(report).toMatchObject({ failures: 0, reconnects: 0, lost: 0 });
        expect(report.requests).toBeGreaterThan(50);
        const after = await platform.redis.url(handle);
        expect(after.tlsUrl).not.toBe(tlsUrl);
        secrets = [tlsUrl, after.tlsUrl].map((url) => new URL(url).password);
    });

    test("is updated; an invalid change and an unknown handle touch nothing", async () => {
        const updated = await platform.redis.update(handle, { maxmemoryPolicy: "allkeys-lru" });
        expect(updated.status).toBe("ready");
        const client = await connect(handle);
        expect(await client.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "allkeys-lru"]);
        client.disconnect();
        await expect(platform.redis.upgrade(handle, "9.9")).rejects.toMatchObject({ code: "unknown-version" });
        await expect(platform.redis.upgrade(handle, "7.2")).rejects.toMatchObject({ code: "refused" });
        await expect(platform.redis.update(`${handle}x`, {})).rejects.toMatchObject({
            code: "handle-unknown",
            details: { nearest: [handle] },
        });
    });

    test("lets its replica accept the writes, and accepts them again", async () => {
        for (const [to, value] of [
            [replica, "on the replica"],
            [handle, "on the database"],
        ] as const) {
            await platform.redis.switchover(handle, to);
            const client = await connect(to);
            expect(await client.set("key", value)).toBe("OK");
            client.disconnect();
        }
    });

    test("is reloaded on its volume, and so is only the replica", async () => {
        const before = containersOf(handle).sort();
        const volumes = volumesOf(handle);
        const serverOf = (name: string) => new RegExp(`^${name}-server-`);
        await platform.redis.reload(replica);
        const between = containersOf(handle).sort();
        const replaced = (was: string[], now: string[]) => was.filter((name) => !now.includes(name));
        expect(replaced(before, between)).toEqual([expect.stringMatching(serverOf(`${handle}-${replica}`))]);
        await platform.redis.reload(handle);
        expect(replaced(between, containersOf(handle))).toEqual([expect.stringMatching(serverOf(handle))]);
        expect(volumesOf(handle)).toEqual(volumes);
        const client = await connect(handle);
        expect(await client.get("key")).toBe("on the database");
        client.disconnect();
    });

    test("shows as drift what was removed by hand, and the next update restores it", async () => {
        const agent = containersOf(handle).find((name) => name.startsWith(`${handle}-agent-`)) ?? "";
        docker("rm", "-f", agent);
        expect(await platform.redis.drift(handle)).toContainEqual({
            resource: `${handle}-agent`,
            operation: "create",
            kind: "container",
        });
        await platform.redis.update(handle, {});
        expect(await platform.redis.drift(handle)).toEqual([]);
    });

    test("is upgraded after its replica, without an update in which the replica could not follow", async () => {
        const clients = await Promise.all([handle, replica].map(connect));
        for (const client of clients) client.on("error", () => undefined);
        await clients[0]?.set("upgraded", "kept");
        const seen: string[] = [];
        const watch = { done: false };
        const watching = (async () => {
            while (!watch.done) {
                const answers = await Promise.allSettled(clients.map((client) => client.info("server")));
                const versions = answers.map((each) =>
                    each.status === "fulfilled" ? /redis_version:(\d+\.\d+)/.exec(each.value)?.[1] : undefined,
                );
                const pair = versions.join(" ");
                if (!versions.includes(undefined) && seen.at(-1) !== pair) seen.push(pair);
                await new Promise((next) => setTimeout(next, 100));
            }
        })();
        const { messages } = await platform.redis.preview(handle, changes.upgrade("8.6"));
        const first = `a first update upgrades the replicas (${replica}); a second one upgrades the database itself`;
        expect(messages.map(({ text }) => text)).toContain(first);
        await platform.redis.upgrade(handle, "8.6", { onProgress });
        watch.done = true;
        await watching;
        // The database's own version is on the left.
        expect(seen).toEqual(["8.0 8.0", "8.0 8.6", "8.6 8.6"]);
        expect(await clients[1]?.get("upgraded")).toBe("kept");
        for (const client of clients) client.disconnect();
        // The replica inherits its database's version again.
        expect(await platform.redis.drift(handle)).toEqual([]);
        expect(await platform.redis.planUpgrade("8.6")).toEqual([]);
    });

    test("loses its replica on request, and gets another handle", async () => {
        await platform.redis.deprovision(replica, replica);
        expect([...containersOf(`${handle}-${replica}`), ...volumesOf(`${handle}-${replica}`)]).toEqual([]);
        const servers = containersOf(`${handle}-server`);
        expect(await platform.redis.rename(handle, renamed)).toMatchObject({ handle: renamed, status: "ready" });
        expect((await platform.redis.list()).map((each) => each.handle)).toEqual([renamed]);
        expect(containersOf(`${handle}-server`)).toEqual(servers);
        expect(await platform.redis.drift(renamed)).toEqual([]);
    });

    test("is removed only with a confirmation, and leaves nothing", async () => {
        await expect(platform.redis.deprovision(renamed, handle)).rejects.toMatchObject({ code: "validation" });
        expect(containersOf(handle)).not.toEqual([]);
        await platform.redis.deprovision(renamed, renamed);
        expect([...containersOf(handle), ...volumesOf(handle)]).toEqual([]);
        expect(await platform.redis.list()).toEqual([]);
        expect(platform.workFiles()).toEqual([]);
        expect(platform.processes()).toEqual([]);
    });

    test("no event and no command line has contained a secret", () => {
        expect(secrets).toHaveLength(2);
        expect(commandLines.size).toBeGreaterThan(10);
        const seen = [JSON.stringify(events), ...commandLines].join("\n");
        expect(seen).toContain(handle);
        for (const secret of [...secrets, replicaPassword]) expect(seen).not.toContain(secret);
    });
});
