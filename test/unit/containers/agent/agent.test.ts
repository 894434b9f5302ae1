/** The agent's functions for versions, passwords, users and settings, in a real shell with temporary files. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { versionNames, versions } from "../../../../provider/model/catalog/versions";
import { clientUsers, passwordConf } from "../../../../provider/model/render/acl";
import { bundle } from "../../../../provider/model/render/bundle";
import { primaryConf } from "../../../../provider/model/render/replication";
import { env, functions, inShell, root, write } from "../../support/agentShell";

/** Runs functions at the time `now`, in seconds. `refuse` only prints the refusal and ends the shell. */
function agent(commands: string, now = 0): string {
    const refuse = 'refuse() { echo "refused: $2 [$1]"; exit 0; }';
    return inShell([refuse, `date() { echo ${now}; }`, "wanted_access=users"], commands);
}

const hash = (password: string) => createHash("sha256").update(password).digest("hex");

beforeEach(() => {
    for (const directory of ["settings/current", "settings/acl", "settings/run", "data", "tmp", "generation"]) {
        rmSync(join(root, directory), { recursive: true, force: true });
        mkdirSync(join(root, directory), { recursive: true });
    }
    rmSync(join(root, "settings/retired"), { force: true });
    write("settings/former", "");
});

test.each([
    ["during an update", "", ""],
    ["while it watches", "yes", "it is so [redis-database/agent-failed]\n"],
])("a refusal %s ends with its code, and is reported once", (_when, watching, kept) => {
    const stubs = `undo() { :; }\nstop_trial() { :; }\nwatching=${watching}`;
    // Stands for the agent's script, which `refuse` starts again as a new process.
    write("script", 'echo "$1"; exit 3');
    const text = `${functions}\n${stubs}\nrefuse agent-failed "it is so"`;
    const { stdout, status } = spawnSync("sh", ["-c", text, join(root, "script"), ""], { encoding: "utf8", env });
    expect(stdout).toBe(`refused: it is so [redis-database/agent-failed]\n${watching ? "" : "guard\n"}`);
    expect(status).toBe(watching ? 1 : 3);
    // The server's health check reads it from this file and adds "refused: ".
    const file = join(root, "settings/run/refused");
    expect(existsSync(file) ? readFileSync(file, "utf8") : "").toBe(kept);
    expect(existsSync(join(root, "tmp/refused"))).toBe(!watching);
});

describe("data that a server of a given version wrote", () => {
    const check = (wrote: string, wanted: string) => {
        write("data/.redis-server", `fingerprint ${wrote}\n`);
        write("generation/database", `version=${wanted}\n`);
        return agent("check_version");
    };

    const pointReleases = versionNames.map((name) => [name, versions[name].verifiedWith ?? `${name}.1`] as const);

    test.each(versionNames)(
        "%s reads the data of the same and of older versions, and refuses that of later ones",
        (wanted) => {
            for (const [index, [wrote, point]] of pointReleases.entries()) {
                expect([wrote, check(point, wanted)]).toEqual([
                    wrote,
                    index <= versionNames.indexOf(wanted)
                        ? ""
                        : `refused: the data was written by Redis ${point}, which ${wanted} cannot read; go back to ` +
                          `${wrote} or a later version [data-newer-than-version]`,
                ]);
            }
        },
    );

    test("a minor version of two digits is later than one of one digit", () => {
        expect(check("8.2.3", "8.10")).toBe("");
        expect(check("8.10.0", "8.2")).toContain("refused");
    });

    test("data without a recorded version is accepted", () => {
        write("generation/database", "version=6.0\n");
        expect(agent("check_version")).toBe("");
    });
});

describe("a replaced password", () => {
    const grace = 100;
    /** An update to this password at the time `now`. Returns the replaced passwords that are still accepted afterwards. */
    function update(password: string, now: number, graceSeconds = grace): string[] {
        write("generation/database", `grace_seconds=${graceSeconds}\n`);
        write("generation/users.acl", clientUsers("8.0", password));
        const accepted = agent("retire_passwords; in_grace", now);
        write("settings/current/users.acl", clientUsers("8.0", password));
        write("settings/current/database", `grace_seconds=${graceSeconds}\n`);
        return accepted.split("\n").filter(Boolean);
    }
    const inGrace = (now: number) => agent("in_grace", now).split("\n").filter(Boolean);

    test("does not exist after the first update, or after one with the same password", () => {
        expect(update("one", 1000)).toEqual([]);
        expect(update("one", 1001)).toEqual([]);
    });

    test("is accepted until its grace period is over, to the second", () => {
        update("one", 1000);
        expect(update("two", 2000)).toEqual([`100 ${hash("one")} default`]);
        expect(inGrace(2099)).toEqual([`1 ${hash("one")} default`]);
        expect(inGrace(2100)).toEqual([]);
    });

    test("expires independently of other replaced passwords and of updates in between", () => {
        update("one", 1000);
        update("two", 2000);
        update("two", 2020);
        expect(update("three", 2050)).toEqual([`50 ${hash("one")} default`, `100 ${hash("two")} default`]);
        expect(inGrace(2120)).toEqual([`30 ${hash("two")} default`]);
    });

    test("that becomes the current one again is no longer a replaced one", () => {
        update("one", 1000);
        update("two", 2000);
        expect(update("one", 2010)).toEqual([`100 ${hash("two")} default`]);
        expect(update("two", 2020)).toEqual([`100 ${hash("one")} default`]);
    });

    test("follows a change of the grace period", () => {
        update("one", 1000);
        update("two", 2000);
        expect(update("two", 2050, 500)).toEqual([`450 ${hash("one")} default`]);
        expect(update("two", 2060, 70)).toEqual([`10 ${hash("one")} default`]);
    });

    test("stays invalid once its grace period is over, even if the grace period is increased later", () => {
        update("one", 1000);
        update("two", 2000);
        expect(update("two", 2100, 5000)).toEqual([]);
        update("three", 3000, 0);
        expect(update("three", 3001, 5000)).toEqual([]);
    });

    test("is also accepted by a server that was stopped during the update", () => {
        update("one", 1000);
        write("generation/database", "flavor=aof\ngrace_seconds=100\n");
        write("generation/users.acl", clientUsers("8.0", "two"));
        write("settings/id", "id");
        agent("commit() { :; }; flush() { :; }; chown() { :; }; apply_to_stopped_server", 2000);
        expect(readFileSync(join(root, "settings/acl/users.acl"), "utf8")).toContain(
            `user app on #${hash("two")} #${hash("one")} ~*`,
        );
    });

    test("is not accepted with a grace period of 0", () => {
        update("one", 1000);
        expect(update("two", 2000, 0)).toEqual([]);
    });

    test("is stored as a hash, in a file that only root can read", () => {
        update("one", 1000);
        update("two", 2000);
        expect(readFileSync(join(root, "settings/retired"), "utf8")).toBe(`2000 ${hash("one")} default\n`);
        expect(agent(`stat -c %a ${root}/settings/retired`)).toBe("600");
    });

    test("is accepted for default and app, and not for the agent's own users", () => {
        update("one", 1000);
        update("two", 2000);
        const own = "user agent on #aa -@all +ping\nuser health on #bb -@all +ping\n";
        write("generation/users.acl", clientUsers("7.0", "two") + own);
        expect(agent("wanted_users", 2001)).toBe(
            [
                `user default on #${hash("two")} #${hash("one")} ~* &* +@all`,
                `user app on #${hash("two")} #${hash("one")} ~* &* +@all`,
                own.trimEnd(),
            ].join("\n"),
        );
        expect(agent("wanted_users", 3000)).toBe((clientUsers("7.0", "two") + own).trimEnd());
    });

    test("is accepted in addition to the agent's password for default, which is not a client's password", () => {
        const files = { "users.acl": clientUsers("8.0", "two"), "database": "memory_mb=64\ngrace_seconds=100\n" };
        write("settings/agent.secret", "own");
        write("settings/health.secret", "other");
        mkdirSync(join(root, "settings/generations"), { recursive: true });
        write("desired", bundle(files));
        const stage = "chown() { :; }; flush() { :; }; stage";
        const staged = agent(`${stage}; cp "$generation/users.acl" ${root}/generation; hashes_in "$generation"`);
        expect(staged).toBe(`${hash("two")} default`);
        write("settings/current/users.acl", clientUsers("8.0", "one"));
        write("settings/current/database", "grace_seconds=100\n");
        write("generation/database", "grace_seconds=100\n");
        expect(agent("retire_passwords; wanted_users", 2000).split("\n").slice(0, 2)).toEqual([
            `user default on #${hash("two")} #${hash("one")} #${hash("own")} ~* &* +@all`,
            `user app on #${hash("two")} #${hash("one")} ~* &* +@all`,
        ]);
    });

    test("determines the next check of the agent: after a minute, or when the grace period ends", () => {
        update("one", 1000);
        const pause = (now: number) => agent("connection_pid=1; seconds_to_pause", now);
        expect(pause(1001)).toBe("60");
        update("two", 2000);
        expect(pause(2001)).toBe("60");
        expect(pause(2070)).toBe("30");
    });
});

test("the uploaded bundle is unpacked without changes, whatever its content", () => {
    const line = fc.string({ unit: fc.constantFrom("a", " ", "1", "#", "=", '"', "\\", "%", "$") });
    const content = fc.array(line, { minLength: 1 }).map((lines) => `${lines.join("\n")}\n`);
    const files = fc.dictionary(fc.constantFrom("redis.conf", "tls.crt", "start.sh"), content, {
        noNullPrototype: true,
    });
    fc.assert(
        fc.property(files, (wanted) => {
            write("desired", bundle(wanted));
            agent(`rm -rf ${root}/staging; mkdir ${root}/staging; unpack ${root}/staging`);
            const names = readdirSync(join(root, "staging"));
            const read = (name: string) => readFileSync(join(root, "staging", name), "utf8");
            expect(Object.fromEntries(names.map((name) => [name, read(name)]))).toEqual(wanted);
        }),
        { numRuns: 30 },
    );
});

describe("a server's replies", () => {
    /** Output of `commands`, with a redis-cli that answers CONFIG GET, INFO and PING. */
    const withReplies = (commands: string, { config = "", info = "" }) => {
        write("tmp/config", config);
        write("tmp/info", info);
        mkdirSync(join(root, "bin"), { recursive: true });
        write(
            "bin/redis-cli",
            `#!/bin/sh
            while read -r command rest; do case $command in
                CONFIG) cat ${root}/tmp/config ;;
                INFO) cat ${root}/tmp/info ;;
                PING) echo PONG ;;
                AUTH) echo OK ;;
            esac; done`,
        );
        chmodSync(join(root, "bin/redis-cli"), 0o755);
        return agent(`PATH=${root}/bin:$PATH\nlog_in() { echo AUTH; }\n${commands}`);
    };

    test("settings are read completely in any order, including empty ones", () => {
        const all = "save\t\ntimeout\t0";
        expect(withReplies("settings_of socket log_in", { config: "timeout\n0\nsave\n\n" })).toBe(all);
        expect(withReplies("settings_of socket log_in", { config: "save\n\ntimeout\n0\n" })).toBe(all);
    });

    /** Output of `commands`, with a redis-cli that always prints these lines. */
    const printed = (commands: string, lines: readonly string[]) => {
        mkdirSync(join(root, "bin"), { recursive: true });
        write("tmp/printed", `${lines.join("\n")}\n`);
        write("bin/redis-cli", `#!/bin/sh\ncat >/dev/null; cat ${root}/tmp/printed`);
        chmodSync(join(root, "bin/redis-cli"), 0o755);
        return agent(`PATH=${root}/bin:$PATH\n${commands}`);
    };
    const read = (name: string) => readFileSync(join(root, "tmp", name), "utf8");

    test("a server without a password executes commands", () => {
        const lines = ["ERR Client sent AUTH, but no password is set", "", "OK"];
        expect(printed("log_in() { echo AUTH; }; ask socket log_in </dev/null", lines)).toBe("OK");
    });

    describe("to the queries of a check", () => {
        const info = ["# Server\r", "redis_version:8.0.2\r", "\r", "# Persistence\r", "loading:0\r", "\r"];
        const config = ["save", "", "timeout", "0"];
        const users = ["user app on #aa ~* &* +@all", "user default off"];
        const observe = "if observe; then echo $running_access; else echo no answer; fi";

        test("are distinguished, from 6.0 on", () => {
            expect(printed(observe, ["OK", ...info, ...config, ...users])).toBe("users");
            expect(read("running.info")).toBe("# Server\nredis_version:8.0.2\n\n# Persistence\nloading:0\n\n");
            expect(read("running.settings")).toBe("save\t\ntimeout\t0\n");
            expect(read("running.users")).toBe(`${users.join("\n")}\n`);
        });

        test("contain the default of bind as 6.2 accepts it, in place of an empty value", () => {
            printed(observe, ["OK", ...info, "bind", "", "save", "", ...users]);
            expect(read("running.settings")).toBe("bind\t* -::*\nsave\t\n");
            printed(observe, ["OK", ...info, "bind", "127.0.0.1", ...users]);
            expect(read("running.settings")).toBe("bind\t127.0.0.1\n");
        });

        test("are distinguished before 6.0, with and without a password", () => {
            const answers = [...info, ...config, "ERR unknown command 'ACL'", ""];
            for (const login of [["OK"], ["ERR Client sent AUTH, but no password is set", ""]]) {
                expect(printed(observe, [...login, ...answers])).toBe("password");
                expect(read("running.settings")).toBe("save\t\ntimeout\t0\n");
                expect(read("running.users")).toBe("");
            }
        });

        test.each([
            [
                "is loading its data",
                ["OK", ...info.map((line) => line.replace("loading:0", "loading:1")), ...config, ...users],
            ],
            ["rejects the login", ["WRONGPASS invalid username-password pair", "NOAUTH", "NOAUTH", "NOAUTH"]],
            ["is not running", ["Could not connect to Redis at /settings/run/redis.sock: Connection refused"]],
        ])("are not used from a server that %s", (_what, lines) => {
            expect(printed(observe, lines)).toBe("no answer");
        });
    });

    test("a refusal restores the value from before an interrupted update", () => {
        const settings = "timeout\t30\nhz\t20\n";
        write("tmp/wanted.settings", "hz\t50\ntimeout\t60\n");
        write("settings/former", "timeout\t0\n");
        write("generation/database", "version=8.0\nflavor=aof\n");
        const config = settings.replaceAll(/\t/g, "\n");
        const applied = withReplies("same_version() { :; }\nserver() { echo OK; }\napply_config", { config });
        expect(applied).toBe("applied: hz\napplied: timeout");
        expect(readFileSync(join(root, "settings/former"), "utf8")).toBe("timeout\t0\nhz\t20\n");
    });

    test("a server of another version, which is about to be replaced, writes its data to the location that its successor reads", () => {
        write("tmp/wanted.settings", "dbfilename\tdump.rdb\ndir\t/data\nhz\t50\n");
        write("generation/database", "version=8.0\nflavor=aof\n");
        const config = "dbfilename\nother.rdb\ndir\n/tmp\nhz\n10\n";
        const stubs = "same_version() { return 1; }\nserver() { echo OK; }\nwrite_data() { echo written; }";
        const applied = withReplies(`${stubs}\napply_config; if data_location_changed; then write_data; fi`, {
            config,
        });
        expect(applied).toBe("applied: dbfilename\napplied: dir\nwritten");
    });

    test.each([
        ["NOAUTH Authentication required.", false],
        ["default", false],
        ["ERR unknown command `ACL`, with args beginning with: `WHOAMI`, ", true],
        ["Could not connect to Redis at /settings/run/redis.sock: Connection refused", true],
        ["Error: Server closed the connection", true],
        ["", true],
    ])("the single password is removed only if the server's reply shows that it has users: %j", (answer, kept) => {
        const file = join(root, "settings/acl/password.conf");
        writeFileSync(file, "requirepass secret\n");
        mkdirSync(join(root, "bin"), { recursive: true });
        write("bin/redis-cli", `#!/bin/sh\necho '${answer}'\n`);
        chmodSync(join(root, "bin/redis-cli"), 0o755);
        agent(`PATH=${root}/bin:$PATH\nforget_password`);
        expect(existsSync(file)).toBe(kept);
    });

    test("the version of Valkey is valkey_version, and not redis_version", () => {
        expect(
            withReplies("running_version", { info: "# Server\r\nredis_version:7.0.15\r\nredis_git_sha1:0\r\n" }),
        ).toBe("7.0.15");
        const info = "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n";
        expect(withReplies("running_version", { info })).toBe("8.0.1");
    });
});

describe("the agent's permanent connection", () => {
    /** Output of `commands`, with a redis-cli that replies in two lines. It can buffer its output, as before 6.0. */
    const connection = (commands: string, { buffered = false, server = "" } = {}) => {
        mkdirSync(join(root, "bin"), { recursive: true });
        write(
            "bin/redis-cli",
            `#!${process.execPath}
            const { appendFileSync, writeSync } = require("node:fs");
            let output = "";
            const say = (text) => {
                output += text;
                const size = ${buffered} ? output.length - (output.length % 4096) : output.length;
                writeSync(1, output.slice(0, size));
                output = output.slice(size);
            };
            require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
                if (line === '"') return say("Invalid argument(s)\\n");
                appendFileSync("${root}/tmp/received", line + "\\n");
                ${server}
                say(line.startsWith("AUTH") ? "OK\\n" : line + "\\n\\nsecond\\n");
            });`,
        );
        chmodSync(join(root, "bin/redis-cli"), 0o755);
        write("settings/agent.secret", "own\n");
        rmSync(join(root, "tmp/received"), { force: true });
        // Without Perl the client is redis-cli.
        return agent(`PATH=${root}/bin:$PATH; command() { return 1; }; reply_seconds=1\n${commands}\nclose_connection`);
    };
    const received = () => readFileSync(join(root, "tmp/received"), "utf8").trim().split("\n");
    const thrice = "for i in 1 2 3; do echo one$i | send_over_connection || true; done";

    test.each([false, true])("assigns each reply to its command; buffered by redis-cli: %s", (buffered) => {
        const replies = [1, 2, 3].map((number) => `one${number}\n\nsecond`).join("\n");
        expect(connection(`ensure_connection; ${thrice}`, { buffered })).toBe(replies);
        expect(received().slice(0, 2)).toEqual(["AUTH agent own", "AUTH default own"]);
    });

    test("is closed after a timeout, so that a late reply is not mistaken for the next one", () => {
        const server = 'if (line === "one2") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);';
        const replies = connection(`ensure_connection; ${thrice}`, { server });
        expect(replies).toBe("one1\n\nsecond\nno answer within 1 seconds\nError: Broken pipe");
    });

    test.each(["Could not connect to Redis at /run/redis.sock: No such file", "Error: Broken pipe"])(
        "reports at once that it cannot be opened, if redis-cli prints %j",
        (text) => {
            const server = `return writeSync(2, "${text}\\n");`;
            const output = connection(
                'reply_seconds=30; ensure_connection; echo "$login_reply, ${connection_pid:-none}"',
                {
                    buffered: true,
                    server,
                },
            );
            expect(output).toBe(`${text}, none`);
        },
    );

    test.each([
        ["ERR max number of clients reached", "one\n\nsecond"],
        ["Error: Broken pipe", "one\n\nsecond"],
        ["WRONGPASS invalid username-password pair", "one\n\nsecond"],
        ["OK\nNOPERM this user has no permissions to run the 'config|set' command", "one\n\nsecond"],
        ["OK\nBUSY Redis is busy running a script.", "BUSY Redis is busy running a script."],
    ])("is used when a new connection fails: %j", (answer, expected) => {
        const send = `send() { cat >/dev/null; printf '%s\\n' "${answer}"; }`;
        expect(connection(`${send}; running_access=users; ensure_connection; server one`)).toBe(expected);
        expect(connection(`${send}; running_access=users; server one`)).toBe(answer.replace(/^OK\n/, ""));
    });
});

describe("a server that cannot be queried", () => {
    /** The result of an update with this state of the server. */
    const runs = (state: string, unauthenticated = "") => {
        write("settings/current/database", "flavor=nordb\n");
        mkdirSync(join(root, "bin"), { recursive: true });
        write("bin/redis-cli", `#!/bin/sh\nprintf '%s\\n' "${unauthenticated}"\n`);
        chmodSync(join(root, "bin/redis-cli"), 0o755);
        const stubs = `ensure_connection() { login_reply="${state}"; }; find_access() { :; }; server_state() { echo "${state}"; }
            sleep() { date() { echo 9; }; }; users_write() { echo written; }`;
        return agent(`PATH=${root}/bin:$PATH\n${stubs}\nif server_runs; then echo runs; else echo none; fi`);
    };

    test.each([
        ["PONG", "runs"],
        ["Could not connect to Redis at /settings/run/redis.sock: Connection refused", "none"],
        [
            "WRONGPASS invalid username-password pair or user is disabled.",
            /restart .*loses the data.*\[agent-login-refused\]$/,
        ],
        ["NOPERM this user has no permissions to run the 'info' command", /\[agent-login-refused\]$/],
        ["ERR max number of clients reached", /^refused: config\["maxclients"\]: .*\[maxclients-reached\]$/],
        ["Error: Broken pipe", /\[maxclients-reached\]$/],
        ["BUSY Redis is busy running a script. You can only call SCRIPT KILL.", /SCRIPT KILL.*\[server-busy\]$/],
        ["no answer within 15 seconds", /\[server-does-not-answer\]$/],
        ["ERR something else", /ERR something else.*\[server-does-not-answer\]$/],
    ])(
        "is reported with the reason and the consequence of a restart, and nothing is written: %j",
        (state, expected) => {
            expect(runs(state)).toEqual(typeof expected === "string" ? expected : expect.stringMatching(expected));
        },
    );

    test("whose clients are paused is recognized by an immediate NOAUTH", () => {
        expect(runs("no answer within 15 seconds", "NOAUTH Authentication required.")).toMatch(/\[clients-paused\]$/);
    });
});

describe("users on each check", () => {
    /** The actions of a check with this user list of the server, while replicas are blocked or not. */
    const check = (users: string, blocked = false) => {
        write("tmp/running.users", users);
        rmSync(join(root, "settings/run/starts_empty"), { force: true });
        if (blocked) write("settings/run/starts_empty", "");
        return agent(
            `set_wanted_users() { echo users; }; users_admit() { echo admit; }; save_users() { echo saved; }\nusers_restore`,
        );
    };
    const [own, follower] = ["user default on\n", "user repl-reader on\n"];

    beforeEach(() => {
        write("generation/users.acl", own);
        write("generation/database", "grace_seconds=0\n");
        write("tmp/users.grace", "0\n");
        write("tmp/users.listed", own);
        write("tmp/followers", follower);
        write("tmp/followers.listed", follower);
    });

    test("are saved after a change, and nothing is done without one", () => {
        expect(check(own + follower)).toBe("saved");
        expect(check(own + follower)).toBe("");
        expect(check(`user default off\n${follower}`)).toBe("users\nrestored: users\nsaved");
    });

    test.each(["manual", "repl-manual"])("one that was created by hand is saved and stays: %s", (name) => {
        expect(check(own + follower)).toBe("saved");
        const made = `user ${name} on\n`;
        expect(check(own + follower + made)).toBe("saved");
        expect(check(own + follower + made)).toBe("");
        expect(check(own + follower)).toBe("saved");
    });

    test("replicas are accepted again after each start of the server, also after they were blocked", () => {
        expect(check(own, true)).toBe("admit\nsaved");
        expect(check(own, true)).toBe("admit\nsaved");
        expect(check(own)).toBe("admit\nsaved");
    });
});

describe("users of the program", () => {
    const own = ["default", "app", "agent", "health"].map((name) => `user ${name} on #aa ~* +@all\n`).join("");
    const line = (name: string, hash = "bb") => `user ${name} on #${hash} resetchannels ~orders:* +@read\n`;
    const command = (name: string, hash = "bb") =>
        `ACL SETUSER ${name} reset on #${hash} resetchannels ~orders:* +@read`;
    const noted = () => readFileSync(join(root, "settings/users"), "utf8");
    const sent = () => readFileSync(join(root, "tmp/sent"), "utf8").split("\n").filter(Boolean);
    /** A server of version 8.0 that rejects commands that contain `refused`. */
    const server = (refused = "none") => `server() { case "$*" in
        "ACL LIST") printf 'user %s on\n' default orders manual ;;
        *"${refused}"*) echo "ERR no" ;;
        *) echo "$*" >>${root}/tmp/sent; echo OK ;;
    esac; }
    chown() { :; }
    image_version() { echo 8.0.2; }
    running_version() { echo "$running"; }
    running=8.0.1`;

    beforeEach(() => {
        for (const file of ["settings/users", "tmp/refused"]) rmSync(join(root, file), { force: true });
        write("settings/acl/users.acl", own + line("orders") + line("old") + line("manual"));
        write("generation/database", "version=8.0\ngrace_seconds=100\nrules_since=6.2:&* 6.2:resetchannels\n");
        write("generation/users.acl", own + line("orders"));
    });

    test("one that is no longer listed is deleted, and one that was created by hand stays, whatever its name", () => {
        write("generation/users.acl", own + line("a.b") + line("orders"));
        write("settings/users", "a-b\nold\norders\n");
        agent(`${server()}\nset_wanted_users`);
        expect(sent().slice(4)).toEqual([
            command("a.b"),
            command("orders"),
            "ACL DELUSER a-b",
            "ACL DELUSER old",
            "ACL SAVE",
        ]);
        expect(noted()).toBe("a.b\norders\n");
        expect(readFileSync(join(root, "tmp/users.listed"), "utf8")).toBe("user default on\nuser orders on\n");
    });

    test("are recorded before they are created, and until they are removed from the server's file", () => {
        write("settings/users", "old\n");
        agent("note_users");
        expect(noted()).toBe("old\norders\n");
        expect(agent(`${server("SAVE")}\nset_wanted_users`)).toContain("[users-not-saved]");
        expect(noted()).toBe("old\norders\n");
    });

    test("are written for the next start, without those that are no longer listed", () => {
        write("settings/users", "old\n");
        agent(`${server()}\nusers_write`);
        expect(readFileSync(join(root, "settings/acl/users.acl"), "utf8")).toBe(own + line("orders") + line("manual"));
    });

    test("a rule that the running server does not support is refused, unless a later version is about to replace the server", () => {
        write("generation/users.acl", own + line("new") + line("orders"));
        expect(agent(`${server("SETUSER new")}\nset_wanted_users`)).toContain(
            "does not accept user new: ERR no [user-not-accepted]",
        );
        expect(agent(`${server("SETUSER new")}\nrunning=6.0.16\nset_wanted_users`)).toBe("");
        expect(sent()).toContain("ACL SETUSER orders reset on #bb ~orders:* +@read");
    });

    test("with quotes in their patterns are quoted for redis-cli", () => {
        const rules = `on #bb ~a"b ~c\\d +get`;
        expect(agent(`quote_rules '${rules}'`)).toBe(String.raw`"on" "#bb" "~a\"b" "~c\\d" "+get"`);
        expect(agent(`quote_rules "~a'b +get"`)).toBe(`"~a'b" "+get"`);
        expect(agent(String.raw`quote_rules '~a\*b +get'`)).toBe(String.raw`~a\*b +get`);
    });

    test("are tried one by one, and a refusal contains the user and the error of Redis", () => {
        write("generation/users.acl", own + line("orders") + line("wrong", "cc"));
        const trial = `ask_trial() { read -r line; case $line in *wrong*) echo "ERR Error in '+@raed'" ;; *) echo OK ;; esac; }`;
        expect(agent(`${server()}\n${trial}\ntry_users`)).toBe(
            "refused: users: Redis 8.0.2 does not accept the rules of wrong: Error in '+@raed'; correct them [user-rules-not-accepted]",
        );
    });

    describe("their passwords", () => {
        const update = (users: string, now: number) => {
            write("generation/users.acl", own + users);
            write("settings/current/database", "grace_seconds=100\n");
            const printed = agent("retire_passwords; wanted_users", now);
            write("settings/current/users.acl", own + users);
            return printed.split("\n").slice(4);
        };
        const lineWith = (name: string, ...hashes: string[]) => line(name, hashes.join(" #")).trimEnd();

        beforeEach(() => {
            rmSync(join(root, "settings/retired"), { force: true });
        });

        test("are accepted during the grace period, each only for its user, even if another user has the same password", () => {
            update(line("one", "11") + line("two", "22"), 1000);
            expect(update(line("one", "22") + line("two", "33"), 2000)).toEqual([
                lineWith("one", "22", "11"),
                lineWith("two", "33", "22"),
            ]);
            expect(update(line("one", "22") + line("two", "33"), 2100)).toEqual([
                lineWith("one", "22"),
                lineWith("two", "33"),
            ]);
        });

        test("are removed with the user, and are not accepted again when the user is re-created", () => {
            update(line("one", "11"), 1000);
            update(line("one", "22"), 2000);
            update("", 2010);
            expect(update(line("one", "33"), 2020)).toEqual([lineWith("one", "33")]);
        });

        test("do not include that of app, which is accepted only for app and default", () => {
            update(line("one", "11"), 1000);
            write("settings/current/users.acl", own.replaceAll("#aa", "#99") + line("one", "11"));
            write("generation/users.acl", own + line("one", "11"));
            const lines = agent("retire_passwords; wanted_users", 2000).split("\n");
            expect(lines.filter((each) => each.includes("#99")).map((each) => each.split(" ")[1])).toEqual([
                "default",
                "app",
            ]);
        });
    });
});

describe("users of replicas", () => {
    const rules = "on #aa -@all +psync";
    const noted = () => readFileSync(join(root, "settings/followers"), "utf8");
    const sent = `server() { case "$*" in
        "ACL LIST") printf 'user %s on\\n' default repl-kept repl-mine ;;
        *) echo "$*" >>${root}/tmp/sent; echo OK ;;
    esac; }
    same_version() { :; }
    chown() { :; }`;

    beforeEach(() => {
        rmSync(join(root, "settings/followers"), { force: true });
        write("settings/acl/users.acl", `user repl-kept ${rules}\nuser repl-gone ${rules}\nuser repl-mine on #cc\n`);
        write("generation/database", "grace_seconds=0\n");
        write("generation/users.acl", "user default on #aa ~* +@all\n");
        write("generation/followers.acl", `user repl-kept ${rules}\n`);
    });

    test("the user of a removed replica is deleted, and users that were created by hand stay, whatever their names", () => {
        write("settings/followers", "repl-gone\nrepl-kept\n");
        agent(`${sent}\nset_wanted_followers`);
        expect(readFileSync(join(root, "tmp/sent"), "utf8")).toBe(
            `ACL SETUSER repl-kept reset ${rules}\nACL DELUSER repl-gone\nACL SAVE\n`,
        );
        expect(noted()).toBe("repl-kept\n");
        expect(readFileSync(join(root, "tmp/followers.listed"), "utf8")).toBe("user repl-kept on\n");
        expect(readFileSync(join(root, "settings/acl/users.acl"), "utf8")).toBe("user repl-mine on #cc\n");
    });

    test("are recorded before they are created, and until they are removed from the server's file", () => {
        rmSync(join(root, "settings/acl/users.acl"));
        agent("note_followers");
        expect(noted()).toBe("repl-kept\n");
        rmSync(join(root, "generation/followers.acl"));
        agent("note_followers");
        expect(noted()).toBe("repl-kept\n");
        expect(agent(`server() { echo "ERR disk"; }\nset_wanted_followers`)).toContain("[users-not-saved]");
        expect(noted()).toBe("repl-kept\n");
        agent(`server() { echo OK; }\nchown() { :; }\nset_wanted_followers`);
        expect(noted()).toBe("");
    });

    test("that an earlier release created are found in the settings in force and in the server's file", () => {
        write("settings/current/followers.acl", `user repl-old ${rules}\n`);
        write("settings/acl/users.acl", `user default on\nuser repl-older ${rules}\nuser manual on\n`);
        agent("note_followers");
        expect(noted()).toBe("repl-kept\nrepl-old\nrepl-older\n");
    });

    test("are removed from the file that the next start reads, and users that were created by hand stay", () => {
        write("settings/followers", "repl-gone\nrepl-kept\n");
        const lines = ["default", "repl-gone", "repl-kept", "agent-refill", "repl-mine", "manual"];
        write("settings/acl/users.acl", lines.map((name) => `user ${name} on #bb\n`).join("half of a li\n"));
        expect(agent(`names_in ${root}/generation/users.acl | saved_users`)).toBe(
            "user repl-mine on #bb\nuser manual on #bb",
        );
    });
});

describe("settings on each check", () => {
    const wanted = (importing: string) => {
        write("generation/database", `flavor=aof\nimporting=${importing}\nowned=dir bind tls-port masterauth\n`);
    };
    /** The settings that are restored, and those that are applied, with these settings of a trial server. */
    const read = (importing = "no") => {
        wanted(importing);
        write("generation/redis.conf", `timeout 300\ntls-ca-cert-file ${root}/settings/tls/ca.crt\nappendonly yes\n`);
        const trial = {
            "appendonly": "yes",
            "bind": "",
            "dir": `${root}/tmp/trial`,
            "hz": "10",
            "masterauth": "",
            "timeout": "300",
            "tls-ca-cert-file": `${root}/generation/ca.crt`,
            "tls-port": "6380",
        };
        const lines = Object.entries(trial).map(([name, value]) => `${name}\t${value}\n`);
        write("tmp/settings", lines.join(""));
        agent(`settings_of() { cat ${root}/tmp/settings; }\nread_wanted_settings`);
        return ["enforced", "wanted"].map((name) =>
            readFileSync(join(root, `tmp/${name}.settings`), "utf8").split("\n"),
        );
    };

    test("that are restored are the program's and the component's own; those that need a new container are not applied", () => {
        const ca = `tls-ca-cert-file\t${root}/settings/tls/ca.crt`;
        const dir = `dir\t${root}/data`;
        expect(read()).toEqual([
            ["appendonly\tyes", "bind\t* -::*", dir, "masterauth\t", "timeout\t300", ca, "tls-port\t6380", ""],
            [dir, "masterauth\t", "timeout\t300", ca, ""],
        ]);
    });

    test("do not include those that an import changes, while imports are allowed", () => {
        expect(read("yes")[0]).toEqual([
            "appendonly\tyes",
            "bind\t* -::*",
            `dir\t${root}/data`,
            "timeout\t300",
            "tls-port\t6380",
            "",
        ]);
    });

    /** The log and the sent commands, with a server that has these settings and accepts commands that match `accepts`. */
    const restore = (enforced: string, running: string, accepts: string) => {
        wanted("no");
        write("tmp/enforced.settings", enforced);
        write("tmp/running.settings", running);
        write("tmp/sent", "");
        const server = `server() { echo "$*" >>${root}/tmp/sent; case "$*" in ${accepts}) echo OK ;; *) echo ERR ;; esac; }`;
        const logged = agent(
            `${server}\nwrite_data() { echo written; }\nrestore_config restored ${root}/tmp/enforced.settings`,
        );
        return { logged, sent: readFileSync(join(root, "tmp/sent"), "utf8") };
    };

    test("are restored in one command, or one by one before 7.0; a rejected one is not logged", () => {
        const [enforced, running] = ["a\tone two\nb\t\nc\t3\n", "a\t1\nb\t2\nc\t3\n"];
        const all = 'CONFIG SET a "one two" b ""\n';
        expect(restore(enforced, running, "*")).toEqual({ logged: "restored: a\nrestored: b", sent: all });
        expect(restore(enforced, running, '*" b "*')).toEqual({ logged: "restored: a\nrestored: b", sent: all });
        expect(restore(enforced, running, '"CONFIG SET b "*')).toEqual({
            logged: "restored: b",
            sent: `${all}CONFIG SET a "one two"\nCONFIG SET b ""\n`,
        });
        expect(restore(enforced, enforced, "*")).toEqual({ logged: "", sent: "" });
    });

    test("rewrite the data, if its location was changed", () => {
        expect(restore("dir\t/data\n", "dir\t/tmp\n", "*").logged).toBe("restored: dir\nwritten");
        expect(restore("dbfilename\tdump.rdb\n", "dbfilename\tother.rdb\n", "*").logged).toBe(
            "restored: dbfilename\nwritten",
        );
    });

    test.each([
        ["BGREWRITEAOF", "aof"],
        ["BGSAVE", "rdb"],
        ["", "nordb"],
    ])("data is rewritten with %j for %s", (command, flavor) => {
        write("generation/database", `flavor=${flavor}\n`);
        const stubs =
            'server() { echo "$*" >&2; echo started; }; log_written() { :; }; info() { case $2 in *progress) echo 0 ;; *) echo ok ;; esac; }';
        expect(agent(`${stubs}\nwrite_data 2>&1`)).toBe(command);
    });
});

describe("a server that follows another one because of a manual change", () => {
    const check = (database = "", marker?: string, role = "slave") => {
        write("generation/database", database);
        write("tmp/running.info", `role:${role}\nmaster_host:away\nmaster_port:6379\n`);
        if (marker) write(marker, "");
        return agent('running_access=users; users_follow() { echo "$*" >&2; echo OK; }\ncheck_primary_role 2>&1');
    };
    const reverted = "NO ONE\nrestored: the server accepts writes again; it was made to follow away:6379";

    test("accepts writes again", () => {
        expect(check()).toBe(reverted);
        expect(check("importing=no\n")).toBe(reverted);
        expect(check("", undefined, "master")).toBe("");
    });

    test.each([
        ["while imports are allowed", "importing=yes\n", undefined],
        ["during a switchover", "", "settings/run/primary"],
        ["after it started without its data", "", "settings/run/starts_empty"],
    ])("stays a replica %s", (_when, database, marker) => {
        expect(check(database, marker)).toBe("");
    });

    test("removes the dump of the sync if it keeps data in memory only, because its next start would read it", () => {
        write("data/dump.rdb", "REDIS0011");
        check("flavor=aof\n");
        expect(existsSync(join(root, "data/dump.rdb"))).toBe(true);
        check("flavor=nordb\n");
        expect(existsSync(join(root, "data/dump.rdb"))).toBe(false);
    });

    test("is promoted by the update that removes importing, and not before", () => {
        const apply = (importing: string) => {
            write("generation/database", `flavor=aof\nimporting=${importing}\n`);
            return agent('running_access=users; users_follow() { echo OK; }\napply_replication slave "away 6379"');
        };
        expect(apply("yes")).toBe("");
        expect(apply("no")).toBe("applied: promotion");
    });
});

test.each([
    ["10.0.0.2", "applied: primary"],
    ["10.0.0.3", ""],
])("a replica at 10.0.0.3 follows its primary, last seen at %s, unless that is itself", (address, expected) => {
    mkdirSync(join(root, "generation"), { recursive: true });
    mkdirSync(join(root, "primary/run"), { recursive: true });
    write("generation/database", "primary=nearby\n");
    write("primary/run/address", `${address}\n`);
    write("settings/run/address", "10.0.0.3\n");
    const follow = "running_access=users; users_follow() { echo OK; }";
    expect(agent(`${follow}\napply_replication slave "127.0.0.1 1"`)).toBe(expected);
});

test("a value is quoted for Redis", () => {
    expect(agent(String.raw`quote 'a "b" \c $d'`)).toBe(String.raw`"a \"b\" \\c $d"`);
    expect(agent("quote ''")).toBe('""');
});

describe("whether the data directory is empty", () => {
    test.each<[string, string[], boolean]>([
        ["nothing", [], true],
        ["files of the file system or of the agent", ["lost+found/", ".redis-server", ".redis-database"], true],
        ["a dump", ["dump.rdb"], false],
        ["another hidden file", [".keep"], false],
    ])("%s", (_what, files, empty) => {
        for (const file of files) {
            if (file.endsWith("/")) mkdirSync(join(root, "data", file));
            else write(`data/${file}`, "x");
        }
        expect(agent("if is_empty; then echo yes; fi")).toBe(empty ? "yes" : "");
    });
});

describe("the time of the expiry report is stored as a modification time", () => {
    const stored = (from: string) => {
        write("generation/database", `certificate_report_from=${from}\n`);
        inShell([], "note_expiry");
        return existsSync(join(root, "settings/run/expiry"))
            ? statSync(join(root, "settings/run/expiry")).mtimeMs / 1000
            : undefined;
    };

    test("and replaces an earlier one", () => {
        expect(stored("2500000000")).toBe(2500000000);
        expect(stored("")).toBeUndefined();
        expect(stored("1000000000")).toBe(1000000000);
    });
});

describe("HAProxy", () => {
    const socket = join(root, "settings/terminator/stats.sock");
    const perl = (body: string, cli = "Unknown command") =>
        `timeout() { case $2 in perl) cat >/dev/null; ${body} ;; *) echo "${cli}" ;; esac; }`;
    const withSocket = (run: () => void) => {
        mkdirSync(join(root, "settings/terminator"), { recursive: true });
        const server = createServer().listen(socket);
        try {
            run();
        } finally {
            server.close();
        }
    };
    const refuse = 'refuse() { echo "refused: $2 [$1]"; exit 0; }';
    const terminates = ["has_terminator() { :; }", "wants_terminator() { :; }", "same_certificate() { false; }"];
    const check = (...stubs: string[]) => inShell([refuse, ...terminates, ...stubs], "check_terminator");

    test("that is not running reads its certificate at the next start, with or without Perl", () => {
        expect(check(perl("return 127"))).toBe("");
        withSocket(() => {
            expect(check(perl("return 1"))).toBe("");
            expect(check(perl("return 127", "Could not connect to Redis at x: Connection refused"))).toBe("");
        });
    });

    test.each([
        [127, "the image has no Perl"],
        [2, "HAProxy does not answer; restart its container"],
        [124, "HAProxy does not answer; restart its container"],
    ])("that does not reply (%i) causes a refusal of a new certificate", (status, reason) => {
        withSocket(() => {
            expect(check(perl(`return ${status}`))).toMatch(
                /^refused: tls: the new certificate cannot be sent to HAProxy/,
            );
            expect(check(perl(`return ${status}`))).toContain(reason);
            expect(inShell([...terminates, perl(`return ${status}`)], "reread_certificate")).toContain(reason);
            expect(check(perl(`return ${status}`), "same_certificate() { :; }")).toBe("");
        });
    });
});

describe("the agent's output", () => {
    const secrets = { requirepass: 'one " of \\ the three', masterauth: "password-of-the-primary" };
    beforeEach(() => {
        mkdirSync(join(root, "settings/generations/g"), { recursive: true });
        write("settings/acl/password.conf", passwordConf(secrets.requirepass));
        write("settings/generations/g/primary.conf", primaryConf({ user: "", password: secrets.masterauth }));
        write("settings/agent.secret", hash("agent"));
    });
    afterEach(() => {
        rmSync(join(root, "settings/generations"), { recursive: true });
    });

    test.each([
        [passwordConf(secrets.requirepass).trimEnd(), "requirepass (secret)"],
        [`ERR unknown command, with args: '${secrets.requirepass}'`, "ERR unknown command, with args: '(secret)'"],
        [`${secrets.masterauth}, twice: ${secrets.masterauth}`, "(secret), twice: (secret)"],
        [`AUTH agent ${hash("agent")}`, "AUTH agent (secret)"],
        ["user app on #" + hash("app"), "user app on (secret)"],
        ["does not accept masterauth: a \\n reason", "does not accept masterauth: a \\n reason"],
        ["(secret)", "(secret)"],
    ])("%s", (text, shown) => {
        write("text", text);
        expect(inShell([], `say "$(cat ${root}/text)"`)).toBe(shown);
        rmSync(join(root, "tmp/refused"), { force: true });
        // `watching`, because `refuse` otherwise starts a new process.
        const refused = `watching=yes; (refuse agent-failed "$(cat ${root}/text)") || true`;
        expect(inShell(["undo() { :; }", "stop_trial() { :; }"], refused)).toBe(
            `refused: ${shown} [redis-database/agent-failed]`,
        );
        expect(readFileSync(join(root, "settings/run/refused"), "utf8")).toBe(
            `${shown} [redis-database/agent-failed]\n`,
        );
    });

    test("is otherwise unchanged, whatever the password", () => {
        fc.assert(
            fc.property(fc.string({ minLength: 6 }), (password) => {
                write("settings/acl/password.conf", passwordConf(password));
                write("text", `it is ${password}.`);
                expect(inShell([], `redact <${root}/text`)).toBe("it is (secret).");
            }),
            { numRuns: 30 },
        );
    });
});
