/** What each verb prints: for people, as JSON that matches its schema, and without secrets. */
import { outputs } from "../../../provider/cli/schemas";
import { calls as verbCalls } from "../../../provider/cli/verbs/index";
import { password, redisdb, sessions } from "./support";

/** A call of each verb that needs no other program. */
const calls: Readonly<Partial<Record<keyof typeof outputs, string>>> = {
    "create": "create new",
    "update": "update sessions --memory-mb 512",
    "restart": "restart sessions --container-size 512",
    "reload": "reload sessions",
    "rotate": "rotate sessions",
    "rename": "rename sessions web",
    "upgrade": "upgrade sessions --to 8.6",
    "deprovision": "deprovision sessions --confirm sessions",
    "preview": "preview upgrade sessions --to 8.6",
    "replicate": "replicate sessions second",
    "promote": "promote sessions-copy",
    "switchover": "switchover sessions sessions-copy",
    "backup": "backup sessions",
    "backup run": "backup run sessions",
    "backup list": "backup list sessions",
    "backup show": "backup show sessions 20261127-031500-9f3a",
    "backup copy": "backup copy sessions 20261127-031500-9f3a --to 2",
    "backup purge": "backup purge sessions 20261127-031500-9f3a --yes",
    "backup export": "backup export sessions 20261127-031500-9f3a sessions.rdb",
    "backup verify": "backup verify sessions",
    "backup orphaned": "backup orphaned",
    "restore": "restore sessions-2 --from sessions",
    "clone": "clone sessions sessions-2",
    "list": "list",
    "show": "show sessions",
    "exists": "exists sessions",
    "url": "url sessions --tls",
    "versions": "versions",
    "health": "health",
    "wait": "wait sessions",
    "drift": "drift",
    "tunnel": "tunnel sessions",
    "completion": "completion bash",
};

test("every verb has a schema", () => {
    expect(Object.keys(outputs).sort()).toEqual([...Object.keys(verbCalls), "preview"].sort());
});

test.each(Object.entries(calls))("%s", async (verb, line) => {
    const text = await redisdb(line.split(" "));
    expect(text.exitCode).toBe(0);
    const hidden = text.stdout.replaceAll(password, "PASSWORD");
    expect({ stdout: hidden, stderr: text.stderr, calls: text.calls }).toMatchSnapshot();
    const json = await redisdb([...line.split(" "), "--json"]);
    expect(json.exitCode).toBe(0);
    const schema = outputs[verb as keyof typeof outputs];
    expect(() => schema.parse(JSON.parse(json.stdout))).not.toThrow();
    const passwords = [text, json].filter(({ stdout, stderr }) => `${stdout}${stderr}`.includes(password));
    expect(passwords).toHaveLength(["url", "tunnel"].includes(verb) ? 2 : 0);
});

test.each([
    "upgrade --all --to 8.6 --yes",
    "preview upgrade --all --to 8.6",
    "deprovision sessions --dry-run",
    "preview deprovision sessions",
])("the other JSON of %s", async (line) => {
    const { exitCode, stdout } = await redisdb([...line.split(" "), "--json"]);
    expect(exitCode).toBe(0);
    const schema = outputs[line.split(" ")[0] as keyof typeof outputs];
    expect(() => schema.parse(JSON.parse(stdout))).not.toThrow();
    expect(stdout).toMatchSnapshot();
});

test("a preview shows what is on the Docker host, counts the rest, and has no Markdown", async () => {
    const { stdout } = await redisdb(["preview", "upgrade", "sessions", "--to", "8.6"]);
    expect(stdout).toContain("the server restarts on its volume\n");
    expect(stdout).toMatch(/sessions-server +replace\nand 1 internal resource\n$/);
    expect(stdout).not.toContain("guard");
});

test("a version without a suffix: a preview of `create` says that it is RDB-only, too", async () => {
    const previewCreate = () => Promise.resolve({ rows: [], messages: [], steps: [] });
    for (const verb of ["create", "preview create"]) {
        const { stderr } = await redisdb([...verb.split(" "), "new", "--version", "7.2"], {
            platform: { previewCreate },
        });
        expect(stderr).toContain("version 7.2 without a suffix has RDB-only persistence");
    }
});

test("list says if no end of life is announced", async () => {
    const { endOfLife: _endOfLife, ...newest } = sessions;
    const { stdout } = await redisdb(["list"], { platform: { list: () => Promise.resolve([newest]) } });
    expect(stdout).toContain("not announced");
});

test("--quiet prints only the result", async () => {
    const line = ["upgrade", "--all", "--to", "8.6", "--yes"];
    expect((await redisdb(line)).stderr).toContain("sessions: upgraded");
    expect((await redisdb([...line, "--quiet"])).stderr).toBe("");
});

describe("passwords", () => {
    test("url is the TLS URL if the plaintext port is closed", async () => {
        const closed = { url: () => Promise.resolve({ tlsUrl: "rediss://app:x@localhost:1", caCertPem: "" }) };
        expect((await redisdb(["url", "sessions"], { platform: closed })).stdout).toBe("rediss://app:x@localhost:1\n");
        expect((await redisdb(["url", "sessions"])).stdout).toContain("redis://app:");
    });

    test("show hides them, except as one field in a pipe", async () => {
        const whole = await redisdb(["show", "sessions"]);
        expect(whole.stdout).toContain("rediss://app:****@localhost:12001");
        const field = await redisdb(["show", "sessions", "tlsUrl"]);
        expect(field.stdout).toBe(`rediss://app:${password}@localhost:12001\n`);
        const terminal = await redisdb(["show", "sessions", "tlsUrl"], { terminal: true });
        expect(terminal.stdout).toBe("rediss://app:****@localhost:12001\n");
    });
});

describe("questions", () => {
    test.each([
        ["sessions\n", 0],
        ["session\n", 5],
        ["", 5],
    ])("deprovision asks for the handle: %j", async (input, exitCode) => {
        const ended = await redisdb(["deprovision", "sessions", "--yes"], { terminal: true, input });
        expect(ended.exitCode).toBe(exitCode);
        expect(ended.stderr).toContain("Type the handle to confirm: ");
        expect(ended.calls.at(-1)).toEqual(["deprovision", "sessions", input.trim()]);
    });

    test.each([
        ["y\n", 0],
        ["n\n", 8],
        ["", 8],
    ])("upgrade --all shows the plan and asks: %j", async (input, exitCode) => {
        const ended = await redisdb(["upgrade", "--all", "--to", "8.6"], { terminal: true, input });
        expect(ended.exitCode).toBe(exitCode);
        expect(ended.stderr).toMatch(/HANDLE +FROM +TO +REPLICAS FIRST\nsessions +7\.2 +8\.6 +sessions-copy/);
        expect(ended.calls.some(([method]) => method === "upgradeAll")).toBe(exitCode === 0);
    });

    test("Ctrl-C at a question", async () => {
        const controller = new AbortController();
        const asking = redisdb(["deprovision", "sessions"], { terminal: true, signal: controller.signal });
        setTimeout(() => {
            controller.abort();
        }, 50);
        const { exitCode, calls: called } = await asking;
        expect(exitCode).toBe(8);
        expect(called.some(([method]) => method === "deprovision")).toBe(false);
    });
});

test("exit codes of checks", async () => {
    const health = () => Promise.resolve([{ handle: "sessions", state: "stopped", reason: "exited" }]);
    expect((await redisdb(["health"], { platform: { health } })).exitCode).toBe(1);
    const drift = () => Promise.resolve([{ resource: "sessions-server", operation: "create", kind: "container" }]);
    const drifted = await redisdb(["drift"], { platform: { drift } });
    expect([drifted.exitCode, drifted.stdout]).toEqual([1, expect.stringMatching(/sessions +sessions-server +create/)]);
    // Replicas belong to the stacks of their databases.
    expect(drifted.calls.filter(([method]) => method === "drift")).toEqual([["drift", "sessions"]]);
    expect(await redisdb(["exists", "session"])).toMatchObject({ exitCode: 6, stdout: "false\n", stderr: "" });
});

test("the flags of all verbs open the platform, also after the verb", async () => {
    const flags = "--backend file:///state --project p --environment staging --docker-host ssh://ops@host";
    const { opened } = await redisdb(["list", ...flags.split(" ")]);
    const options = {
        backendUrl: "file:///state",
        project: "p",
        environment: "staging",
        docker: { host: "ssh://ops@host" },
    };
    expect(opened).toEqual(options);
    expect((await redisdb([...flags.split(" "), "list"])).opened).toEqual(options);
});

test("environment variables set the same", async () => {
    process.env.REDISDB_BACKEND = "file:///from-environment";
    try {
        expect((await redisdb(["list"])).opened).toEqual({ backendUrl: "file:///from-environment" });
        expect((await redisdb(["list", "--backend", "file:///flag"])).opened).toEqual({ backendUrl: "file:///flag" });
    } finally {
        delete process.env.REDISDB_BACKEND;
    }
});

test("versions needs no state", async () => {
    const { opened, stdout } = await redisdb(["completion", "zsh"]);
    expect(opened).toBeUndefined();
    expect(stdout).toContain("compdef _redisdb redisdb");
});
