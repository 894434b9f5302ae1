/** The server's health check and its markers, in a real shell with stubs for Redis and the disk. */
import { spawnSync } from "node:child_process";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { script } from "../../../../provider/components/server/scripts";
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { agentSettings } from "../../../../provider/model/render/agentSettings";
import { present } from "../../../support/present";

const root = mkdtempSync(join(tmpdir(), "redis-database-health-"));
afterAll(() => {
    rmSync(root, { recursive: true });
});

const check = script("server/health.sh");

function write(file: string, text: string): void {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    chmodSync(join(root, file), 0o755);
}

interface Situation {
    readonly args?: PlainArguments;
    readonly dataMb: number;
    readonly freeMb: number;
    /** Files on the disk, in MiB. */
    readonly files?: Readonly<Record<string, number>>;
    /** Whether the server has been healthy before. */
    readonly answered?: boolean;
    readonly ping?: string;
    /** Additional files on the settings volume and in `/tmp`. */
    readonly markers?: Readonly<Record<string, string>>;
}

function health(situation: Situation) {
    const { args = {}, dataMb, freeMb, files = {}, answered = true, ping = "PONG", markers = {} } = situation;
    for (const directory of ["settings", "data", "tmp", "bin", "proc"])
        rmSync(join(root, directory), { recursive: true, force: true });
    mkdirSync(join(root, "settings/run"), { recursive: true });
    mkdirSync(join(root, "data"));
    mkdirSync(join(root, "proc/1/fd"), { recursive: true });
    write(
        "settings/current/database",
        agentSettings(present(resolveArguments(args).spec), { owner: "o", server: "s" }),
    );
    write("settings/health.secret", "secret");
    write(
        "bin/redis-cli",
        `#!/bin/sh\ncat >/dev/null\nprintf 'OK\\n# Memory\\r\\nused_memory:${dataMb * 2 ** 20}\\r\\n\\n${ping}\\n'`,
    );
    write("bin/df", `#!/bin/sh\nprintf 'Filesystem 1024-blocks Used Available\\ndisk 0 0 ${freeMb * 1024}\\n'`);
    // Reports sizes without large files.
    const sizes = Object.entries(files).map(([name, mb]) => `*/${name}) sum=$((sum + ${mb * 1024})) ;;`);
    const all = Object.values(files).reduce((sum, mb) => sum + mb, 0);
    write(
        "bin/du",
        `#!/bin/sh\nshift\nsum=0\nfor file; do case $file in\n*/data) sum=${all * 1024} ;;\n${sizes.join("\n")}\nesac; done\necho "$sum $1"`,
    );
    write("bin/sleep", "#!/bin/sh\n");
    for (const name of Object.keys(files)) write(`data/${name}`, "");
    if (answered) write("tmp/answered", "");
    else mkdirSync(join(root, "tmp"));
    for (const [name, text] of Object.entries(markers)) write(name, text);
    return checkAgain();
}

function checkAgain() {
    const { status, stdout, stderr } = run(check);
    expect(stderr).toBe("");
    return status === 0 ? "healthy" : stdout.trim();
}

function run(text: string) {
    const env = { ...process.env, ROOT: root, PATH: `${join(root, "bin")}:${process.env.PATH ?? ""}` };
    return spawnSync("sh", ["-c", text, "sh", "fingerprint"], { encoding: "utf8", env });
}

/** Restarts the container: `/tmp` is empty, then `start.sh` runs. */
function restart() {
    rmSync(join(root, "tmp"), { recursive: true });
    mkdirSync(join(root, "tmp"));
    write("bin/redis-server", '#!/bin/sh\necho "Redis server v=8.0.2 sha=0" "$@"\n');
    const { status, stdout } = run(script("server/start.sh"));
    expect(status).toBe(0);
    return stdout.trim();
}

const low = (left: number, next: number) =>
    `the disk is filling up: ${left} MiB are left, and the next dump can take ${next}; free some space before Redis refuses writes`;

const [rdb, old] = [{ flavor: "rdb" }, { version: "3.2" }];

test.each<[string, Situation, string]>([
    ["has space for the next dump", { args: rdb, dataMb: 20, freeMb: 20 }, "healthy"],
    ["has no space for the next dump", { args: rdb, dataMb: 20, freeMb: 19 }, low(19, 20)],
    ["has no space for a rewrite of the append-only file", { dataMb: 20, freeMb: 19 }, low(19, 20)],
    [
        "has space once the running dump is complete",
        { args: rdb, dataMb: 20, freeMb: 5, files: { "temp-7.rdb": 15 } },
        "healthy",
    ],
    ["has no space even then", { args: rdb, dataMb: 20, freeMb: 5, files: { "temp-7.rdb": 14 } }, low(19, 20)],
    ["is full, but nothing is ever written", { args: { flavor: "nordb" }, dataMb: 20, freeMb: 0 }, "healthy"],
    [
        "has space, also within diskSizeGb",
        { args: { ...rdb, diskSizeGb: 1 }, dataMb: 20, freeMb: 9000, files: { "dump.rdb": 1004 } },
        "healthy",
    ],
    [
        "has space, but not within diskSizeGb",
        { args: { ...rdb, diskSizeGb: 1 }, dataMb: 20, freeMb: 9000, files: { "dump.rdb": 1005 } },
        low(19, 20),
    ],
    [
        "is used beyond diskSizeGb",
        { args: { ...rdb, diskSizeGb: 1 }, dataMb: 20, freeMb: 9000, files: { "dump.rdb": 1100 } },
        low(-76, 20),
    ],
    [
        "has space within diskSizeGb, but is full",
        { args: { ...rdb, diskSizeGb: 1 }, dataMb: 20, freeMb: 1 },
        low(1, 20),
    ],
    [
        "has an append-only file of commands that can take six times the data",
        { args: old, dataMb: 20, freeMb: 119, files: { "appendonly.aof": 500 } },
        low(119, 120),
    ],
    [
        "has an append-only file that is smaller than that",
        { args: old, dataMb: 20, freeMb: 79, files: { "appendonly.aof": 80 } },
        low(79, 80),
    ],
    [
        "has an append-only file that is smaller than the data",
        { args: old, dataMb: 20, freeMb: 19, files: { "appendonly.aof": 2 } },
        low(19, 20),
    ],
    ["is full before a server's first answer", { args: rdb, dataMb: 20, freeMb: 0, answered: false }, "healthy"],
    [
        "is full, which Redis reports",
        { args: rdb, dataMb: 20, freeMb: 0, ping: "MISCONF Errors writing" },
        "MISCONF Errors writing",
    ],
])("a disk that %s", (_what, situation, expected) => {
    expect(health(situation)).toBe(expected);
    expect(existsSync(join(root, "tmp/healthy"))).toBe(expected === "healthy");
});

describe("a disk that is full", () => {
    const full = { args: { flavor: "rdb" }, dataMb: 20, freeMb: 0, answered: false };

    test("does not fail the first answer of a new container, but that after its restart", () => {
        expect(health(full)).toBe("healthy");
        restart();
        expect(checkAgain()).toBe(low(0, 20));
    });

    test("does not fail the first answer of a replacement container", () => {
        expect(health({ ...full, markers: { "settings/run/answered": "another\n" } })).toBe("healthy");
        expect(readFileSync(join(root, "settings/run/answered"), "utf8")).toBe(`${hostname()}\n`);
    });
});

test.each([
    [30, "healthy"],
    [31, expect.stringContaining("it does not follow its primary at db:6380") as string],
])("a replica that has received nothing from its primary for %i s", (seconds, expected) => {
    const markers = {
        "settings/current/database": "primary=db\n",
        "settings/run/primary": "db 6380\n",
        "settings/current/primary.conf": "",
    };
    const ping = `role:slave\\r\\nmaster_link_status:up\\r\\nmaster_last_io_seconds_ago:${seconds}\\r\\n\\nPONG`;
    expect(health({ dataMb: 1, freeMb: 100, answered: false, ping, markers })).toEqual(expected);
});

describe("a server that follows another one without being a replica", () => {
    const ping = "role:slave\\r\\nmaster_host:away\\r\\nmaster_port:6379\\r\\n\\nPONG";
    const follows = { dataMb: 1, freeMb: 100, ping };

    test("is unhealthy and names the other server", () => {
        expect(health(follows)).toMatch(/^it follows away:6379, .* \[redis-database\/follows-by-hand\]$/);
    });

    test.each<[string, Partial<Situation>, string]>([
        ["is healthy while imports are allowed", { args: { importing: true } }, "healthy"],
        ["is healthy during a switchover", { markers: { "settings/run/primary": "away 6380\n" } }, "healthy"],
        [
            "reports the missing data while it gets its data back",
            { markers: { "settings/run/starts_empty": "" } },
            "it started without its data; the agent asks its replicas for the data, and writes are refused until then",
        ],
    ])("%s", (_what, more, expected) => {
        expect(health({ ...follows, ...more })).toBe(expected);
    });
});

// Docker can give the container the address that its primary had before a reboot.
test.each([
    ["its primary", "10.0.0.2 6380", "10.0.0.2 6380"],
    ["an address where nothing listens, instead of itself", "10.0.0.3 6380", "127.0.0.1 1"],
])("a replica that starts follows %s", (_what, primary, followed) => {
    health({
        dataMb: 1,
        freeMb: 100,
        markers: {
            "settings/current/database": "primary=nearby\n",
            "settings/run/primary": `${primary}\n`,
            "settings/current/primary.conf": "",
            "bin/hostname": `#!/bin/sh\necho 10.0.0.3\n`,
        },
    });
    expect(restart()).toMatch(new RegExp(`--slaveof ${followed}$`));
    rmSync(join(root, "bin/hostname"));
});

test("a start restores the users of a locked-out agent and of the health check, and removes those of replicas", () => {
    const lines = ["user default on #aa", "user agent off", "user repl-reader on #bb", "user repl-mine on #cc"];
    expect(health({ dataMb: 1, freeMb: 100, markers: { "settings/run/locked_out": "" } })).toMatch(
        /^the agent cannot log in, because its user or the password was changed by hand: .* \[redis-database\/agent-login-refused\]$/,
    );
    write("settings/acl/users.acl", `${lines.join("\n")}\nuser agent-refill on #dd\n`);
    write("settings/current/users.acl", "user default on #aa\nuser agent on #ee\nuser health on #ff\n");
    write("settings/followers", "repl-reader\n");
    restart();
    const agents = ["user agent on #ee", "user health on #ff"];
    const [client, , , manual] = lines;
    expect(readFileSync(join(root, "settings/acl/users.acl"), "utf8").split("\n")).toEqual([
        client,
        manual,
        ...agents,
        "",
    ]);
    expect(checkAgain()).toBe("healthy");
});

test.each([
    ["ERR max number of clients reached\n", /^clients use all connections .*\[redis-database\/maxclients-reached\]$/],
    ["Error: Broken pipe", /^clients use all connections .*\[redis-database\/maxclients-reached\]$/],
    ["BUSY Redis is busy running a script.", /^BUSY .* script\. Wait until .*server-busy\]$/],
])("a server that replies %j is unhealthy, with the right reason", (ping, reason) => {
    expect(health({ dataMb: 1, freeMb: 100, ping })).toMatch(reason);
});

test("before 6.0 a locked-out agent is reported, although the check cannot log in either", () => {
    const markers = { "settings/run/locked_out": "" };
    expect(health({ args: old, dataMb: 1, freeMb: 100, ping: "NOAUTH Authentication required.", markers })).toMatch(
        /^the agent cannot log in, because its user or the password was changed by hand: .*\[redis-database\/agent-login-refused\]$/,
    );
});

describe("the container's log, which a failed update reads", () => {
    const log = () => (existsSync(join(root, "proc/1/fd/1")) ? readFileSync(join(root, "proc/1/fd/1"), "utf8") : "");
    const healthy = { dataMb: 1, freeMb: 100 };

    test("contains each refusal of the agent once", () => {
        const [one, other] = ["one [redis-database/dump-not-written]", "other [redis-database/agent-failed]"];
        const markers = { "settings/run/unsettled": "rdb\n", "settings/run/refused": `${one}\n` };
        expect(health({ ...healthy, markers })).toBe(`refused: ${one}`);
        expect(checkAgain()).toBe("the agent is still checking and converting the data");
        write("settings/run/refused", `${other}\n`);
        checkAgain();
        checkAgain();
        expect(log()).toBe(`refused: ${one}\nrefused: ${other}\n`);
    });

    test("contains the reason why a replica does not follow, at the second failure and every 25th after that", () => {
        const markers = { "settings/current/database": "primary=nearby\n" };
        const reason = "its primary has not started yet [redis-database/primary-not-started]";
        expect(health({ ...healthy, markers })).toBe(reason);
        expect(log()).toBe("");
        for (let failure = 2; failure <= 27; failure++) checkAgain();
        expect(log()).toBe(`refused: ${reason}\nrefused: ${reason}\n`);
    });
});

describe("a server that the kernel killed", () => {
    const text = "the kernel killed the server at 2026-01-01T00:00:00Z";
    const killed = (secondsAgo: number) => ({
        "settings/run/killed": `${Math.floor(Date.now() / 1000) - secondsAgo} ${hostname()} ${text}\n`,
    });
    const situation = { args: { flavor: "nordb" }, dataMb: 20, freeMb: 100 };

    test.each<[string, Situation, string]>([
        ["is reported", { ...situation, markers: killed(60) }, `${text} [redis-database/killed-by-kernel]`],
        [
            "does not delay the first answer, for which an update waits",
            { ...situation, answered: false, markers: killed(60) },
            "healthy",
        ],
        ["is not reported after a day", { ...situation, markers: killed(86401) }, "healthy"],
        ["does not hide other problems", { ...situation, ping: "LOADING", markers: killed(60) }, "LOADING"],
    ])("%s", (_name, situation, expected) => {
        expect(health(situation)).toBe(expected);
    });

    test("is reported until the settings change", () => {
        health({ ...situation, markers: killed(60) });
        const later = new Date(Date.now() + 60_000);
        utimesSync(join(root, "settings/current"), later, later);
        expect(checkAgain()).toBe("healthy");
        expect(readFileSync(join(root, "proc/1/fd/1"), "utf8")).toBe("reported: the kernel killed the server\n");
    });
});

describe("a certificate that expires", () => {
    const text = "tls.certificate.certPem: is valid until 2026-01-01T00:00:00Z; give another";
    const report = `${text} [redis-database/certificate-ends-soon]`;
    const now = () => Math.floor(Date.now() / 1000);
    const settings = (from: number | string) => ({
        "settings/current/database": `next_dump_percent=0\ncertificate_report_from=${from}\ncertificate_report=${text}\n`,
    });
    const situation = { dataMb: 1, freeMb: 100 };

    test.each<[string, Partial<Situation>, string]>([
        ["is reported from the given second on", { markers: settings(now()) }, report],
        ["is not reported before that", { markers: settings(now() + 60) }, "healthy"],
        ["is not reported with the settings of an earlier agent", { markers: settings("") }, "healthy"],
        [
            "does not delay the first answer, for which an update waits",
            { answered: false, markers: settings(1) },
            "healthy",
        ],
        ["does not hide other problems", { ping: "LOADING", markers: settings(1) }, "LOADING"],
    ])("%s", (_name, more, expected) => {
        expect(health({ ...situation, ...more })).toBe(expected);
    });

    test("is no longer reported once it is renewed", () => {
        expect(health({ ...situation, markers: settings(1) })).toBe(report);
        write("settings/current/database", settings(now() + 60)["settings/current/database"]);
        expect(checkAgain()).toBe("healthy");
    });

    test("starts no process for a healthy server", () => {
        expect(health({ ...situation, markers: { ...settings(now() + 60), "settings/run/expiry": "" } })).toBe(
            "healthy",
        );
        const later = new Date(Date.now() + 60_000);
        utimesSync(join(root, "settings/run/expiry"), later, later);
        write("bin/date", "#!/bin/sh\necho read the clock >&2\n");
        expect(checkAgain()).toBe("healthy");
    });
});
