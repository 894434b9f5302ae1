/** The health of databases, from what a fake docker command answers. */
import { healthOf, waitUntilHealthy } from "../../../provider/platform/health";
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
