/** The verbs that run docker, redis-cli, ssh and pulumi, here scripts that record how they were called. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { oldestPulumi } from "../../../provider/cli/programs/checks";
import { reachOf } from "../../../provider/cli/programs/docker";
import { outputs } from "../../../provider/cli/schemas";
import { oldestPulumi as oldestOfComponents } from "../../../provider/components/hooks/hooks";
import { copy, password, redisdb, sessions } from "./support";

let directory: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "redisdb-programs-"));
    // Node.js and the shell's programs, but no docker, redis-cli, ssh or pulumi.
    env = { PATH: [directory, dirname(process.execPath)].join(delimiter) };
    for (const program of ["docker", "redis-cli", "ssh", "pulumi"]) fake(program, "exit 127");
});
afterEach(() => {
    rmSync(directory, { recursive: true });
});

/** A program that runs a shell script. */
function fake(name: string, script: string): void {
    writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Records arguments and password, and what the file after --cacert contains and who may read it. */
const recording = `[ "$1" != --version ] || { echo redis-cli "\${VERSION:-7.0.15}"; exit 0; }
echo "\${0##*/} $*" >> "$RECORD"
echo "password $REDISCLI_AUTH" >> "$RECORD"
while [ $# -gt 0 ]; do
    [ "$1" != --cacert ] || { /usr/bin/stat -c %a "$2" >> "$RECORD"; echo "$2" > "$RECORD.ca"; }
    shift
done
echo PONG`;

const recorded = () => readFileSync(join(directory, "record"), "utf8");
const recordingEnv = () => ({ ...env, RECORD: join(directory, "record") });

describe("execute", () => {
    test("uses the redis-cli of this machine over TLS; the password is not an argument, and the CA is private", async () => {
        fake("redis-cli", recording);
        const { exitCode, stdout } = await redisdb(["execute", "sessions", "--json", "--", "GET", "--json"], {
            env: recordingEnv(),
        });
        expect([exitCode, outputs.execute.parse(JSON.parse(stdout))]).toEqual([
            0,
            { handle: "sessions", output: "PONG" },
        ]);
        const [call, auth, mode] = recorded().split("\n");
        expect(call).toMatch(/^redis-cli -h localhost -p 12001 --tls --cacert \S+ --user app -e GET --json$/);
        expect([auth, mode]).toEqual([`password ${password}`, "600"]);
        expect(existsSync(readFileSync(join(directory, "record.ca"), "utf8").trim())).toBe(false);
    });

    test.each([
        ["without one", {}, "docker exec"],
        ["on a host that is not reachable", { dockerHost: "ssh://ops@far" }, "docker --host ssh://ops@far exec"],
    ])("uses that of the server's container: %s", async (_case, more, begin) => {
        fake("docker", recording);
        if (begin.includes("--host")) fake("redis-cli", recording);
        const platform = { get: () => Promise.resolve({ ...sessions, ...more }) };
        const { exitCode } = await redisdb(["execute", "sessions", "--json", "--", "PING"], {
            env: recordingEnv(),
            platform,
        });
        expect(exitCode).toBe(0);
        const [call, auth] = recorded().split("\n");
        const rest = `--interactive --env REDISCLI_AUTH ${sessions.containerName ?? ""} redis-cli -s`;
        expect(call).toContain(`${begin} ${rest}`);
        expect(call).toMatch(/--user app -e PING$/);
        expect(auth).toBe(`password ${password}`);
    });

    test("a redis-cli before 7.0 has no flag to fail for an error reply", async () => {
        fake("redis-cli", recording);
        await redisdb(["execute", "sessions", "--json", "--", "PING"], {
            env: { ...recordingEnv(), VERSION: "6.0.16" },
        });
        expect(recorded()).toMatch(/--user app PING$/m);
    });

    test.each([
        [false, "-e"],
        [true, "app"],
    ])("commands from the input fail at an error reply, unless a person types them: %s", async (terminal, last) => {
        fake("redis-cli", recording);
        await redisdb(["execute", "sessions", "--json"], { env: recordingEnv(), terminal });
        expect(recorded().split("\n")[0]?.split(" ").at(-1)).toBe(last);
    });

    test("before 6.0, the container's redis-cli cannot log in", async () => {
        const platform = { get: () => Promise.resolve({ ...sessions, version: "4.0" }) };
        const { exitCode, stderr } = await redisdb(["execute", "sessions", "--", "PING"], { env, platform });
        expect([exitCode, stderr]).toEqual([1, expect.stringContaining("→ install redis-cli 6.0 or later")]);
    });

    test("reports a failure without the password", async () => {
        fake("redis-cli", '[ "$1" = --version ] && echo 7.0.15 || { echo "Could not connect" >&2; exit 1; }');
        const { exitCode, stderr } = await redisdb(["execute", "sessions", "--json", "--", "PING"], { env });
        expect([exitCode, stderr]).toEqual([1, expect.stringContaining("redis-cli failed: Could not connect")]);
        expect(stderr).not.toContain(password);
    });
});

test("logs are those of the server's container on its Docker host", async () => {
    fake("docker", 'echo "$*"; echo warning >&2');
    const platform = { get: () => Promise.resolve({ ...copy, dockerHost: "tcp://far:2376" }) };
    const { stdout } = await redisdb(["logs", "sessions-copy", "--json"], { env, platform });
    expect(outputs.logs.parse(JSON.parse(stdout)).lines).toEqual([
        `--host tcp://far:2376 logs ${copy.containerName ?? ""}`,
        "warning",
    ]);
    fake("docker", "echo no such container >&2; exit 1");
    const failed = await redisdb(["logs", "sessions", "--json"], { env });
    expect([failed.exitCode, failed.stderr]).toEqual([1, expect.stringContaining("no such container")]);
});

describe("tunnel", () => {
    const far = { get: () => Promise.resolve({ ...sessions, dockerHost: "ssh://ops@far" }) };

    test("prints the local URL once ssh has opened it, and ends with Ctrl-C", async () => {
        const listen = 'require("net").createServer().listen(Number(process.argv[1].split(":")[1]), "127.0.0.1")';
        fake("ssh", `echo "$*" > "$RECORD"\nexec node -e '${listen}' "$5"`);
        const controller = new AbortController();
        const opening = redisdb(["tunnel", "sessions", "--tls"], {
            env: recordingEnv(),
            platform: far,
            signal: controller.signal,
        });
        await new Promise((resolve) => setTimeout(resolve, 1500));
        controller.abort();
        const { exitCode, stdout, stderr } = await opening;
        const [, port] = /^rediss:\/\/app:\w+@localhost:(\d+)\n$/.exec(stdout) ?? [];
        expect([exitCode, stderr]).toEqual([0, "the tunnel is open until Ctrl-C\n"]);
        expect(recorded()).toBe(
            `-N -o ExitOnForwardFailure=yes -L 127.0.0.1:${port ?? ""}:localhost:12001 ssh://ops@far\n`,
        );
    });

    test("says when ssh fails", async () => {
        const { exitCode, stdout, stderr } = await redisdb(["tunnel", "sessions"], { env, platform: far });
        expect([exitCode, stdout, stderr]).toEqual([
            1,
            "",
            expect.stringContaining("ssh opened no tunnel to ssh://ops@far"),
        ]);
    });

    test("is not possible through a Docker host with TCP", async () => {
        const platform = { get: () => Promise.resolve({ ...sessions, dockerHost: "tcp://far:2376" }) };
        const { exitCode, stderr } = await redisdb(["tunnel", "sessions"], { env, platform });
        expect([exitCode, stderr]).toEqual([1, expect.stringContaining("--bind-address")]);
    });
});

test.each([
    [{}, "", "direct"],
    [{ dockerHost: "unix:///var/run/docker.sock" }, "", "direct"],
    [{ dockerHost: "tcp://localhost:2375" }, "", "direct"],
    [{ dockerHost: "ssh://ops@far" }, "", "ssh"],
    [{ dockerHost: "ssh://ops@far", host: "redis.example.com" }, "", "direct"],
    [{ dockerHost: "tcp://far:2376" }, "", "closed"],
    [{}, "ssh://ops@far", "ssh"],
    [{ dockerHost: "unix:///var/run/docker.sock" }, "ssh://ops@far", "direct"],
])("how %j with DOCKER_HOST=%s is reached", (more, DOCKER_HOST, kind) => {
    expect(reachOf({ ...sessions, ...more }, { DOCKER_HOST }).kind).toBe(kind);
});

describe("doctor", () => {
    const plugins = JSON.stringify(
        ["docker", "random", "tls"].map((name) => {
            const file = join(__dirname, `../../../node_modules/@pulumi/${name}/package.json`);
            return { name, version: (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version };
        }),
    );
    const present = (version: string) => {
        fake("pulumi", `[ "$1" = version ] && echo v${version} || echo '${plugins}'`);
        fake("docker", "echo 28.0.1");
    };

    async function checked(more: Parameters<typeof redisdb>[1] = {}) {
        const { exitCode, stdout } = await redisdb(["doctor", "--json"], { env, ...more });
        const reports = outputs.doctor.parse(JSON.parse(stdout));
        return { exitCode, missing: reports.filter(({ ok }) => !ok) };
    }

    test("all is present; redis-cli is optional", async () => {
        present("3.300.1");
        const { exitCode, missing } = await checked();
        expect([exitCode, missing.map(({ name }) => name)]).toEqual([0, ["redis-cli"]]);
    });

    test.each(["3.255.9", "2.999.0"])("Pulumi %s is too old", async (version) => {
        present(version);
        const { exitCode, missing } = await checked();
        expect([exitCode, missing[0]]).toEqual([
            1,
            {
                name: "Pulumi CLI",
                needed: true,
                ok: false,
                found: `v${version} is too old`,
                remedy: `install Pulumi ${oldestPulumi} or later: https://www.pulumi.com/docs/install/`,
            },
        ]);
    });

    test("every failure has a remedy", async () => {
        const platform = { list: () => Promise.reject(new Error("the backend s3://x is not supported")) };
        fake("docker", "echo Cannot connect to the Docker daemon >&2; exit 1");
        const { exitCode, missing } = await checked({ platform });
        expect(exitCode).toBe(1);
        expect(missing.map(({ name, found }) => [name, found])).toEqual(
            expect.arrayContaining([
                ["Docker", "Cannot connect to the Docker daemon"],
                ["state backend", "the backend s3://x is not supported"],
            ]),
        );
        expect(missing.filter(({ remedy }) => !remedy)).toEqual([]);
        const { exitCode: code, stdout } = await redisdb(["doctor"], { env, platform });
        expect([code, stdout]).toEqual([1, expect.stringMatching(/^MISSING +Docker +Cannot connect/m)]);
    });

    test("the oldest Pulumi is that of the components", () => {
        expect(oldestPulumi).toBe(oldestOfComponents);
    });
});
