/** The health of databases, from what a fake docker command answers. */
import { healthOf, serverHealthOf, waitUntilHealthy } from "../../../provider/platform/health";
import type { DatabaseInfo } from "../../../provider/platform/state/databases";
import { dockerCalls, dockerDoes, fakeDocker, noDocker } from "../support/fakeDocker";

fakeDocker();

function database(handle: string, more: Partial<DatabaseInfo> = {}): DatabaseInfo {
    const containerName = `${handle}-server-1`;
    return { handle, kind: "database", stack: handle, status: "ready", ended: false, containerName, ...more };
}

const line = (name: string, state: string, status: string) =>
    `printf '%s\\t%s\\t%s\\n' ${name}-server-1 ${state} '${status}'`;

test("each state of a container, with its reason", async () => {
    dockerDoes(
        line("healthy", "running", "Up 5 minutes (healthy)"),
        line("sick", "running", "Up 5 minutes (unhealthy)"),
        line("young", "running", "Up 2 seconds (health: starting)"),
        line("stopped", "exited", "Exited (0) 2 hours ago"),
        line("paused", "paused", "Up 2 hours (Paused)"),
    );
    const { containerName: _name, ...incomplete } = database("incomplete");
    const databases = ["healthy", "sick", "young", "stopped", "paused", "gone"].map((handle) => database(handle));
    expect(await healthOf([...databases, incomplete])).toEqual([
        { handle: "healthy", state: "healthy" },
        {
            handle: "sick",
            state: "unhealthy",
            reason: "the health check of sick-server-1 fails: docker inspect sick-server-1",
        },
        { handle: "young", state: "starting", reason: "its health check has not passed yet" },
        {
            handle: "stopped",
            state: "stopped",
            reason: "the container stopped-server-1 is exited: Exited (0) 2 hours ago",
        },
        { handle: "paused", state: "stopped", reason: "the container paused-server-1 is paused: Up 2 hours (Paused)" },
        { handle: "gone", state: "missing", reason: "the container gone-server-1 does not exist" },
        { handle: "incomplete", state: "missing", reason: "its container has not been created yet" },
    ]);
});

test("one query for each Docker host, however many databases it has", async () => {
    dockerDoes("exit 0");
    const hosts = [undefined, "ssh://one", "ssh://two"];
    const databases = Array.from({ length: 30 }, (_, index) => {
        const dockerHost = hosts[index % 3];
        return database(`db-${index}`, { ...(dockerHost !== undefined && { dockerHost }) });
    });
    await healthOf(databases);
    const query = "ps --all --no-trunc --format {{.Names}}\t{{.State}}\t{{.Status}}";
    expect(dockerCalls().sort()).toEqual([`--host ssh://one ${query}`, `--host ssh://two ${query}`, query]);
});

describe("backups", () => {
    const named = (handle: string) => database(handle, { backupContainerName: `${handle}-backup-1` });
    const made = new Date(Date.now() - 3 * 3600 * 1000).toISOString();
    const status = JSON.stringify({
        last: { id: "20261127-031500-0001", time: made, keys: 3, bytes: 2048 },
        intervalSeconds: 86400,
        failing: null,
        alarm: null,
    });
    const last = { id: "20261127-031500-0001", time: made, keys: 3, bytes: 2048 };

    /** The containers, and the log of the health checks of the backup containers: exit code and output, oldest first. */
    function host(states: Readonly<Record<string, string>>, checks: readonly (readonly [number, string])[]): void {
        const log = JSON.stringify(checks.map(([ExitCode, Output]) => ({ ExitCode, Output })));
        const ps = Object.entries(states).map(
            ([name, state]) => `printf '%s\\t%s\\t%s\\n' ${name} running 'Up (${state})'`,
        );
        const inspected = Object.keys(states).filter((name) => name.includes("backup"));
        const lines = inspected.map((name) => `printf '/%s\\t%s\\n' ${name} '${log}'`);
        dockerDoes(
            'case "$*" in',
            `*inspect*) ${lines.join("\n")}\nexit 1 ;;`,
            `*) ${ps.join("\n") || ":"} ;;`,
            "esac",
        );
    }

    test("the last one, with its age and size", async () => {
        host({ "db-server-1": "healthy", "db-backup-1": "healthy" }, [
            [1, "not yet\n"],
            [0, `${status}\n`],
        ]);
        const [health] = await healthOf([named("db")]);
        expect(health).toMatchObject({ state: "healthy", backup: { state: "healthy", last, intervalSeconds: 86400 } });
        expect(Math.abs((health?.backup?.ageSeconds ?? 0) - 3 * 3600)).toBeLessThan(60);
        expect(health).not.toHaveProperty("reason");
    });

    test("too old: the database is unhealthy, with the reason; its size is still known", async () => {
        host({ "db-server-1": "healthy", "db-backup-1": "unhealthy" }, [
            [0, status],
            [1, `the last backup is 3 days old\n${status}\n`],
        ]);
        expect(await healthOf([named("db")])).toEqual([
            {
                handle: "db",
                state: "unhealthy",
                reason: "its backups: the last backup is 3 days old",
                backup: expect.objectContaining({
                    state: "unhealthy",
                    reason: "the last backup is 3 days old",
                    last,
                }) as object,
            },
        ]);
        expect(await serverHealthOf([named("db")])).toEqual([{ handle: "db", state: "healthy" }]);
    });

    test("a container that starts changes nothing; one that is gone does", async () => {
        host({ "a-server-1": "healthy", "a-backup-1": "health: starting", "b-server-1": "healthy" }, []);
        const [starting, gone] = await healthOf([named("a"), named("b")]);
        expect(starting).toMatchObject({ state: "healthy", backup: { state: "starting" } });
        expect(gone).toMatchObject({
            state: "unhealthy",
            reason: "its backups: the container b-backup-1 does not exist",
            backup: { state: "missing" },
        });
    });

    test("the reason of the server comes first", async () => {
        host({ "db-server-1": "health: starting", "db-backup-1": "unhealthy" }, [[1, "no backup yet"]]);
        expect(await healthOf([named("db")])).toMatchObject([
            { state: "starting", reason: "its health check has not passed yet", backup: { state: "unhealthy" } },
        ]);
    });

    test("one command describes up to 100 containers", async () => {
        host({}, []);
        await healthOf(Array.from({ length: 250 }, (_each, index) => named(`db-${index}`)));
        const inspected = dockerCalls().filter((call) => call.includes("inspect"));
        expect(inspected.map((call) => call.match(/-backup-1/g)?.length).sort()).toEqual([100, 100, 50]);
        expect(dockerCalls()).toHaveLength(4);
    });
});

test("a host is asked with the certificates of its databases", async () => {
    dockerDoes(
        '[ "$DOCKER_TLS_VERIFY $DOCKER_CERT_PATH" = "1 /certificates" ] || exit 1',
        line("db", "running", "(healthy)"),
    );
    const more = { dockerHost: "tcp://far:2376", dockerCertPath: "/certificates" };
    expect(await healthOf([database("db", more)])).toEqual([{ handle: "db", state: "healthy" }]);
});

test("a host that does not answer makes its databases unknown, and no others", async () => {
    dockerDoes(
        'case "$*" in *ssh://down*) echo "cannot connect" >&2; exit 1 ;; *ssh://slow*) exec sleep 30 ;; esac',
        line("up", "running", "Up 5 minutes (healthy)"),
    );
    const began = Date.now();
    expect(
        await healthOf([
            database("up"),
            database("down", { dockerHost: "ssh://down" }),
            database("slow", { dockerHost: "ssh://slow" }),
        ]),
    ).toEqual([
        { handle: "up", state: "healthy" },
        { handle: "down", state: "unknown", reason: "cannot connect" },
        { handle: "slow", state: "unknown", reason: "no answer within 2 seconds" },
    ]);
    expect(Date.now() - began).toBeLessThan(5000);
});

test("without a docker command, the health is unknown", async () => {
    noDocker();
    expect(await healthOf([database("db")])).toEqual([
        { handle: "db", state: "unknown", reason: expect.stringContaining("docker") as string },
    ]);
});

const starting = { handle: "db", state: "starting", reason: "its health check has not passed yet" } as const;

test("a wait ends when the database is healthy", async () => {
    const answers = [starting, { handle: "db", state: "healthy" }] as const;
    let asked = 0;
    const ask = () => Promise.resolve(answers[asked++] ?? starting);
    expect(await waitUntilHealthy(ask, { timeoutSeconds: 30 })).toEqual({ handle: "db", state: "healthy" });
    expect(asked).toBe(2);
});

test("a wait that takes too long fails with the last reason", async () => {
    await expect(waitUntilHealthy(() => Promise.resolve(starting), { timeoutSeconds: 0 })).rejects.toMatchObject({
        code: "timeout",
        message: '"db" is not healthy after 0 seconds: its health check has not passed yet',
        details: { state: "starting", reason: "its health check has not passed yet" },
    });
});

test.each(["before it begins", "while it waits"])("a wait can be cancelled %s", async (moment) => {
    const controller = new AbortController();
    if (moment === "before it begins") controller.abort();
    else setTimeout(controller.abort.bind(controller), 50);
    const began = Date.now();
    const wait = waitUntilHealthy(() => Promise.resolve(starting), { timeoutSeconds: 30, signal: controller.signal });
    await expect(wait).rejects.toMatchObject({ code: "cancelled" });
    expect(Date.now() - began).toBeLessThan(400);
});
