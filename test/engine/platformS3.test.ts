/** Databases whose state is in S3. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { RedisPlatform as Platform } from "../../provider/platform";
import { present } from "../support/present";
import { Client, docker, uniqueName } from "./support/docker";
import { S3Server } from "./support/s3Server";

// The compiled library: the program of a stack is part of it.
const { RedisPlatform } = jest.requireActual<typeof import("../../provider/platform")>("../../dist/provider/platform");

(process.env.TEST_ALL ? describe : describe.skip)("a platform with its state in S3", () => {
    const folder = "teams/eu";
    const handle = uniqueName("s3");
    const states = `${folder}/.pulumi/stacks/redis`;
    const locks = `${folder}/.pulumi/locks/organization/redis/${handle}`;
    const dataDirectory = mkdtempSync(join(tmpdir(), "redis-database-s3-platform-"));
    let server: S3Server;
    let client: Client;
    let platform: Platform;

    beforeAll(async () => {
        server = await S3Server.start();
        client = new Client();
        Object.assign(process.env, server.env);
        platform = RedisPlatform.open({ backendUrl: server.url(folder), dataDirectory });
        await platform.create(handle, { version: "8.0", memoryMb: 64 });
    });

    afterAll(() => {
        client.close();
        server.stop();
        rmSync(dataDirectory, { recursive: true });
        // After a failure.
        for (const id of leftovers("container")) docker("rm", "--force", "--volumes", id);
        for (const id of leftovers("volume")) docker("volume", "rm", id);
    });

    /** What exists on the Docker host. */
    const leftovers = (kind: "container" | "volume") => {
        const all = kind === "container" ? ["--all"] : [];
        return docker(kind, "ls", ...all, "--quiet", "--filter", `name=${handle}`)
            .split("\n")
            .filter(Boolean);
    };

    const ping = async () => {
        const { tlsUrl, caCertPem } = await platform.url(handle);
        return client.redis(tlsUrl, ["PING"], { caCertPem });
    };

    /** Writes a lock as a process of this host does. */
    const lockBy = async (pid: number) => {
        const content = { pid, username: "root", hostname: hostname(), timestamp: new Date().toISOString() };
        await server.put(`${locks}/a.json`, JSON.stringify(content));
    };

    test("has the state in the folder that the URL names", async () => {
        expect(server.objects(states)).toContain(`${handle}.json`);
        expect(await platform.list()).toMatchObject([{ handle, status: "ready", version: "8.0", memoryMb: 64 }]);
        expect(await ping()).toBe("PONG");
    });

    test("rejects an operation while another process holds the lock, and breaks only the lock of a dead one", async () => {
        await lockBy(process.pid);
        await expect(platform.update(handle, { memoryMb: 96 })).rejects.toMatchObject({
            code: "locked",
            details: { pid: process.pid, host: hostname() },
        });
        expect(server.objects(locks)).toEqual(["a.json"]);
        await lockBy(present(spawnSync("true").pid));
        expect(await platform.update(handle, { memoryMb: 96 })).toMatchObject({ memoryMb: 96 });
        expect(server.objects(folder).filter((object) => object.includes("/locks/"))).toEqual([]);
    });

    test("restores an empty state from the CLI's backup, and repeats what is missing in that", async () => {
        await server.put(`${states}/${handle}.json`, "");
        expect(await platform.update(handle, { memoryMb: 96 })).toMatchObject({ status: "ready", memoryMb: 96 });
        expect(await ping()).toBe("PONG");
    });

    test("reads a state that the CLI compresses", async () => {
        process.env.PULUMI_DIY_BACKEND_GZIP = "true";
        await platform.rotatePassword(handle);
        expect(server.objects(states)).toContain(`${handle}.json.gz`);
        expect(server.objects(states)).not.toContain(`${handle}.json`);
        expect(await platform.list()).toMatchObject([{ handle, status: "ready" }]);
        expect(await ping()).toBe("PONG");
    });

    test("says what to do if the credentials are wrong", async () => {
        process.env.AWS_SECRET_ACCESS_KEY = "wrong";
        const locked = RedisPlatform.open({ backendUrl: server.url(folder), dataDirectory });
        await expect(locked.list()).rejects.toMatchObject({
            code: "backend-unreachable",
            message: expect.stringContaining('the state in the bucket "states" is not accessible') as string,
            remedy: expect.stringContaining("AWS credentials") as string,
        });
        Object.assign(process.env, server.env);
    });

    test("leaves nothing behind after the deprovisioning", async () => {
        await platform.deprovision(handle, handle);
        expect(await platform.list()).toEqual([]);
        expect([...leftovers("container"), ...leftovers("volume")]).toEqual([]);
    });
});
