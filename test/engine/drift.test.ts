/** What somebody changed by hand: the agent or `pulumi refresh` and `up` put it back; what the program says nothing of stays. */
import { docker, until } from "./support/docker";
import { TestDatabase } from "./support/testDatabase";

describe("a change by hand", () => {
    let db: TestDatabase;
    const redis = (...command: string[]) => db.redis(...command);
    const setting = async (name: string) => (await redis("CONFIG", "GET", name)).split("\n")[1];
    /** A process of the container, as the host knows it. */
    const processOf = (container: string) => docker("inspect", "-f", "{{.State.Pid}}", container);

    beforeAll(async () => {
        const config = { timeout: 300 };
        db = await TestDatabase.create("drift", { version: "8.0", memoryMb: 64, passwordGraceHours: 0, config });
        await redis("SET", "kept", "yes");
    });

    afterAll(() => db.close());

    async function refreshAndUp(): Promise<void> {
        await db.stack.refresh();
        await db.stack.up();
        expect(await redis("GET", "kept")).toBe("yes");
        await db.stack.expectEmptyPreview();
    }

    test("of settings and users is put back by the agent within a minute, what the program does not speak of stays", async () => {
        await redis("CONFIG", "SET", "timeout", "11");
        await redis("CONFIG", "SET", "maxmemory", "1gb");
        await redis("CONFIG", "SET", "appendonly", "no");
        await redis("CONFIG", "SET", "slowlog-max-len", "7");
        await redis("ACL", "SETUSER", "default", "nopass", "-@dangerous");
        await redis("ACL", "SETUSER", "reporting", "on", ">their own", "~*", "+get");
        await until(async () => (await setting("timeout")) === "300");
        await until(async () => !(await redis("ACL", "LIST")).includes("nopass"));
        expect(await setting("maxmemory")).toBe(String(Math.floor((64 - 16) * 0.44) * 2 ** 20));
        expect(await setting("appendonly")).toBe("yes");
        expect(await setting("slowlog-max-len")).toBe("7");
        const users = await redis("ACL", "LIST");
        expect(users).toMatch(/^user default on .*\+@all$/m);
        expect(users).toMatch(/^user reporting on .*\+get$/m);
        expect(docker("logs", db.agent())).toContain("put back: timeout");
    });

    test("a server that was stopped is started, by refresh and up, on its data", async () => {
        docker("stop", await db.server());
        await refreshAndUp();
    });

    test.each(["server", "agent"] as const)("a removed container is made anew by refresh and up: %s", async (which) => {
        const name = await db[which]();
        docker("rm", "-f", name);
        await refreshAndUp();
    });

    test("a memory limit that was changed is put back in place", async () => {
        const container = await db.server();
        docker("update", "--memory", "128m", "--memory-swap", "128m", container);
        await refreshAndUp();
        expect(await db.server()).toBe(container);
        expect(docker("inspect", "-f", "{{.HostConfig.Memory}}", container)).toBe(String(64 * 2 ** 20));
    });

    test.each(["server", "agent"] as const)("a killed process is back without anybody's help: %s", async (which) => {
        const container = await db[which]();
        const pid = processOf(container);
        // By the host: what `docker kill` ends, Docker takes for wanted.
        process.kill(Number(pid), "SIGKILL");
        await until(() => !["0", pid].includes(processOf(container)));
        await until(async () => (await redis("GET", "kept")) === "yes");
        await until(() => docker("inspect", "-f", "{{.State.Health.Status}}", container) === "healthy");
        await db.stack.expectEmptyPreview();
    });

    test("settings that a crash of the host left half-written are whole again, and the next change goes through", async () => {
        const agent = db.agent();
        const inSettings = (script: string) => docker("exec", agent, "sh", "-c", script);
        inSettings("for file in /settings/current/*; do head -c 5 $file >/tmp/half; cat /tmp/half >$file; done");
        inSettings("mkdir -p /settings/generations/new && echo half >/settings/generations/new/redis.conf");
        await until(() => inSettings("cat /settings/current/redis.conf").includes("maxmemory "));
        docker("restart", await db.server());
        await until(async () => (await redis("GET", "kept")) === "yes");
        inSettings("for file in /settings/current/*; do : >$file; done");
        await db.up({ config: { timeout: 400 } });
        expect(await setting("timeout")).toBe("400");
        expect(await redis("GET", "kept")).toBe("yes");
    });

    test("the agent needs no network to reach the server, and has none", async () => {
        expect(docker("inspect", "-f", "{{.HostConfig.NetworkMode}}", db.agent())).toBe("none");
        docker("network", "disconnect", "bridge", await db.server());
        await db.up({ config: { timeout: 500 } });
        docker("network", "connect", "bridge", await db.server());
        await until(async () => (await setting("timeout")) === "500");
    });
});
