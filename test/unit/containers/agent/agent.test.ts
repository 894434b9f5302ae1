/** The agent's arithmetic of versions, passwords and moments, in a real shell on files of its own. */
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

/** Runs some of the functions at a moment, in seconds, with the real `refuse` replaced by one that ends at once. */
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
    ["while an up waits", "", ""],
    ["while it watches", "yes", "it is so [redis-database/agent-failed]\n"],
])("a refusal %s ends with its code, once", (_when, watching, kept) => {
    const stubs = `undo() { :; }\nstop_trial() { :; }\nwatching=${watching}`;
    // What it goes over to, in a process of its own.
    write("script", 'echo "$1"; exit 3');
    const text = `${functions}\n${stubs}\nrefuse agent-failed "it is so"`;
    const { stdout, status } = spawnSync("sh", ["-c", text, join(root, "script"), ""], { encoding: "utf8", env });
    expect(stdout).toBe(`refused: it is so [redis-database/agent-failed]\n${watching ? "" : "guard\n"}`);
    expect(status).toBe(watching ? 1 : 3);
    // The server's health check reads it there and puts "refused: " before it.
    const file = join(root, "settings/run/refused");
    expect(existsSync(file) ? readFileSync(file, "utf8") : "").toBe(kept);
    expect(existsSync(join(root, "tmp/refused"))).toBe(!watching);
});

describe("data that a server of some version wrote", () => {
    const check = (wrote: string, wanted: string) => {
        write("data/.redis-server", `fingerprint ${wrote}\n`);
        write("generation/database", `version=${wanted}\n`);
        return agent("check_version");
    };

    const asked = versionNames.map((name) => [name, versions[name].verifiedWith ?? `${name}.1`] as const);

    test.each(versionNames)("%s is read by itself and by what is later, and by nothing that is older", (wanted) => {
        for (const [index, [wrote, point]] of asked.entries()) {
            expect([wrote, check(point, wanted)]).toEqual([
                wrote,
                index <= versionNames.indexOf(wanted)
                    ? ""
                    : `refused: the data was written by Redis ${point}, which ${wanted} cannot read; go back to ` +
                      `${wrote} or a later version [data-newer-than-version]`,
            ]);
        }
    });

    test("a minor version of two digits is later than one of one digit", () => {
        expect(check("8.2.3", "8.10")).toBe("");
        expect(check("8.10.0", "8.2")).toContain("refused");
    });

    test("nothing is held against data that no server has noted down", () => {
        write("generation/database", "version=6.0\n");
        expect(agent("check_version")).toBe("");
    });
});

describe("a password that was replaced", () => {
    const grace = 100;
    /** An up that asks for this password, at a moment; what opens the door beside it afterwards. */
    function up(password: string, now: number, graceSeconds = grace): string[] {
        write("generation/database", `grace_seconds=${graceSeconds}\n`);
        write("generation/users.acl", clientUsers("8.0", password));
        const open = agent("retire_passwords; in_grace", now);
        write("settings/current/users.acl", clientUsers("8.0", password));
        write("settings/current/database", `grace_seconds=${graceSeconds}\n`);
        return open.split("\n").filter(Boolean);
    }
    const inGrace = (now: number) => agent("in_grace", now).split("\n").filter(Boolean);

    test("is none on the first up, and on one that asks for the same", () => {
        expect(up("one", 1000)).toEqual([]);
        expect(up("one", 1001)).toEqual([]);
    });

    test("opens the door until its grace is over, to the second", () => {
        up("one", 1000);
        expect(up("two", 2000)).toEqual([`100 ${hash("one")} default`]);
        expect(inGrace(2099)).toEqual([`1 ${hash("one")} default`]);
        expect(inGrace(2100)).toEqual([]);
    });

    test("does so beside others, each for its own time, whatever ups come in between", () => {
        up("one", 1000);
        up("two", 2000);
        up("two", 2020);
        expect(up("three", 2050)).toEqual([`50 ${hash("one")} default`, `100 ${hash("two")} default`]);
        expect(inGrace(2120)).toEqual([`30 ${hash("two")} default`]);
    });

    test("that comes back is no longer one that was replaced", () => {
        up("one", 1000);
        up("two", 2000);
        expect(up("one", 2010)).toEqual([`100 ${hash("two")} default`]);
        expect(up("two", 2020)).toEqual([`100 ${hash("one")} default`]);
    });

    test("follows a grace that is made longer or shorter while it lasts", () => {
        up("one", 1000);
        up("two", 2000);
        expect(up("two", 2050, 500)).toEqual([`450 ${hash("one")} default`]);
        expect(up("two", 2060, 70)).toEqual([`10 ${hash("one")} default`]);
    });

    test("stays dropped once it was, however long the grace is made later", () => {
        up("one", 1000);
        up("two", 2000);
        expect(up("two", 2100, 5000)).toEqual([]);
        up("three", 3000, 0);
        expect(up("three", 3001, 5000)).toEqual([]);
    });

    test("is one of a server that is not there, too", () => {
        up("one", 1000);
        write("generation/database", "flavor=aof\ngrace_seconds=100\n");
        write("generation/users.acl", clientUsers("8.0", "two"));
        write("settings/id", "id");
        agent("commit() { :; }; flush() { :; }; chown() { :; }; apply_to_stopped_server", 2000);
        expect(readFileSync(join(root, "settings/acl/users.acl"), "utf8")).toContain(
            `user app on #${hash("two")} #${hash("one")} ~*`,
        );
    });

    test("opens nothing with a grace of 0", () => {
        up("one", 1000);
        expect(up("two", 2000, 0)).toEqual([]);
    });

    test("is kept as a hash, in a file for root alone", () => {
        up("one", 1000);
        up("two", 2000);
        expect(readFileSync(join(root, "settings/retired"), "utf8")).toBe(`2000 ${hash("one")} default\n`);
        expect(agent(`stat -c %a ${root}/settings/retired`)).toBe("600");
    });

    test("stands beside the new one for the people's users, and not for the agent's own", () => {
        up("one", 1000);
        up("two", 2000);
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

    test("stands beside the agent's own password of default, which is none of the clients'", () => {
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

    test("decides when the agent looks next: once a minute, or when its grace ends", () => {
        up("one", 1000);
        const pause = (now: number) => agent("connection_pid=1; seconds_to_pause", now);
        expect(pause(1001)).toBe("60");
        up("two", 2000);
        expect(pause(2001)).toBe("60");
        expect(pause(2070)).toBe("30");
    });
});

test("what the program wants comes out of its bundle line by line, whatever stands in it", () => {
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

describe("a server's answers", () => {
    /** What `commands` print where redis-cli answers CONFIG GET, INFO and PING. */
    const asked = (commands: string, { config = "", info = "" }) => {
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

    test("settings are read whole, whichever comes last, empty ones too", () => {
        const all = "save\t\ntimeout\t0";
        expect(asked("settings_of socket log_in", { config: "timeout\n0\nsave\n\n" })).toBe(all);
        expect(asked("settings_of socket log_in", { config: "save\n\ntimeout\n0\n" })).toBe(all);
    });

    /** Where redis-cli prints these lines, whatever it is asked. */
    const printed = (commands: string, lines: readonly string[]) => {
        mkdirSync(join(root, "bin"), { recursive: true });
        write("tmp/printed", `${lines.join("\n")}\n`);
        write("bin/redis-cli", `#!/bin/sh\ncat >/dev/null; cat ${root}/tmp/printed`);
        chmodSync(join(root, "bin/redis-cli"), 0o755);
        return agent(`PATH=${root}/bin:$PATH\n${commands}`);
    };
    const read = (name: string) => readFileSync(join(root, "tmp", name), "utf8");

    test("a server without a password carries out commands all the same", () => {
        const lines = ["ERR Client sent AUTH, but no password is set", "", "OK"];
        expect(printed("log_in() { echo AUTH; }; ask socket log_in </dev/null", lines)).toBe("OK");
    });

    describe("to everything that a look asks", () => {
        const info = ["# Server\r", "redis_version:8.0.2\r", "\r", "# Persistence\r", "loading:0\r", "\r"];
        const config = ["save", "", "timeout", "0"];
        const users = ["user app on #aa ~* &* +@all", "user default off"];
        const look = "if observe; then echo $running_access; else echo no answer; fi";

        test("are told apart, from 6.0 on", () => {
            expect(printed(look, ["OK", ...info, ...config, ...users])).toBe("users");
            expect(read("running.info")).toBe("# Server\nredis_version:8.0.2\n\n# Persistence\nloading:0\n\n");
            expect(read("running.settings")).toBe("save\t\ntimeout\t0\n");
            expect(read("running.users")).toBe(`${users.join("\n")}\n`);
        });

        test("have the default of bind as 6.2 takes it, in place of nothing", () => {
            printed(look, ["OK", ...info, "bind", "", "save", "", ...users]);
            expect(read("running.settings")).toBe("bind\t* -::*\nsave\t\n");
            printed(look, ["OK", ...info, "bind", "127.0.0.1", ...users]);
            expect(read("running.settings")).toBe("bind\t127.0.0.1\n");
        });

        test("are told apart, before 6.0, where a login is refused or a password is not set", () => {
            const answers = [...info, ...config, "ERR unknown command 'ACL'", ""];
            for (const login of [["OK"], ["ERR Client sent AUTH, but no password is set", ""]]) {
                expect(printed(look, [...login, ...answers])).toBe("password");
                expect(read("running.settings")).toBe("save\t\ntimeout\t0\n");
                expect(read("running.users")).toBe("");
            }
        });

        test.each([
            [
                "a server that loads its data",
                ["OK", ...info.map((line) => line.replace("loading:0", "loading:1")), ...config, ...users],
            ],
            ["one that refuses the login", ["WRONGPASS invalid username-password pair", "NOAUTH", "NOAUTH", "NOAUTH"]],
            ["none", ["Could not connect to Redis at /settings/run/redis.sock: Connection refused"]],
        ])("are none of %s", (_what, lines) => {
            expect(printed(look, lines)).toBe("no answer");
        });
    });

    test("what the server had before an interrupted agent changed it stays what a refusal goes back to", () => {
        const settings = "timeout\t30\nhz\t20\n";
        write("tmp/wanted.settings", "hz\t50\ntimeout\t60\n");
        write("settings/former", "timeout\t0\n");
        write("generation/database", "version=8.0\nflavor=aof\n");
        const config = settings.replaceAll(/\t/g, "\n");
        const applied = asked("same_version() { :; }\nserver() { echo OK; }\napply_config", { config });
        expect(applied).toBe("applied: hz\napplied: timeout");
        expect(readFileSync(join(root, "settings/former"), "utf8")).toBe("timeout\t0\nhz\t20\n");
    });

    test("a server of another version, which is about to be replaced, writes its data where its successor reads it", () => {
        write("tmp/wanted.settings", "dbfilename\tdump.rdb\ndir\t/data\nhz\t50\n");
        write("generation/database", "version=8.0\nflavor=aof\n");
        const config = "dbfilename\nother.rdb\ndir\n/tmp\nhz\n10\n";
        const stubs = "same_version() { return 1; }\nserver() { echo OK; }\nwrite_data() { echo written; }";
        const applied = asked(`${stubs}\napply_config; if data_location_changed; then write_data; fi`, { config });
        expect(applied).toBe("applied: dbfilename\napplied: dir\nwritten");
    });

    test.each([
        ["NOAUTH Authentication required.", false],
        ["default", false],
        ["ERR unknown command `ACL`, with args beginning with: `WHOAMI`, ", true],
        ["Could not connect to Redis at /settings/run/redis.sock: Connection refused", true],
        ["Error: Server closed the connection", true],
        ["", true],
    ])("the one password is forgotten only where the server says that it knows users: %j", (answer, kept) => {
        const file = join(root, "settings/acl/password.conf");
        writeFileSync(file, "requirepass secret\n");
        mkdirSync(join(root, "bin"), { recursive: true });
        write("bin/redis-cli", `#!/bin/sh\necho '${answer}'\n`);
        chmodSync(join(root, "bin/redis-cli"), 0o755);
        agent(`PATH=${root}/bin:$PATH\nforget_password`);
        expect(existsSync(file)).toBe(kept);
    });

    test("Valkey's version is its own, not that of the Redis that it is like", () => {
        expect(asked("running_version", { info: "# Server\r\nredis_version:7.0.15\r\nredis_git_sha1:0\r\n" })).toBe(
            "7.0.15",
        );
        const info = "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n";
        expect(asked("running_version", { info })).toBe("8.0.1");
    });
});

describe("the connection that the agent keeps", () => {
    /** A redis-cli that keeps back what it says as before 6.0, or does not, and answers `ask` in two lines. */
    const connection = (commands: string, { buffered = false, server = "" } = {}) => {
        mkdirSync(join(root, "bin"), { recursive: true });
        write(
            "bin/redis-cli",
            `#!${process.execPath}
            const { appendFileSync, writeSync } = require("node:fs");
            let said = "";
            const say = (text) => {
                said += text;
                const size = ${buffered} ? said.length - (said.length % 4096) : said.length;
                writeSync(1, said.slice(0, size));
                said = said.slice(size);
            };
            require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
                if (line === '"') return say("Invalid argument(s)\\n");
                appendFileSync("${root}/tmp/asked", line + "\\n");
                ${server}
                say(line.startsWith("AUTH") ? "OK\\n" : line + "\\n\\nsecond\\n");
            });`,
        );
        chmodSync(join(root, "bin/redis-cli"), 0o755);
        write("settings/agent.secret", "own\n");
        rmSync(join(root, "tmp/asked"), { force: true });
        // Without Perl it is redis-cli.
        return agent(`PATH=${root}/bin:$PATH; command() { return 1; }; reply_seconds=1\n${commands}\nclose_connection`);
    };
    const logged = () => readFileSync(join(root, "tmp/asked"), "utf8").trim().split("\n");
    const twice = "for i in 1 2 3; do echo one$i | send_over_connection || true; done";

    test.each([false, true])("gives each reply to who asked for it; kept back by redis-cli: %s", (buffered) => {
        const replies = [1, 2, 3].map((number) => `one${number}\n\nsecond`).join("\n");
        expect(connection(`ensure_connection; ${twice}`, { buffered })).toBe(replies);
        expect(logged().slice(0, 2)).toEqual(["AUTH agent own", "AUTH default own"]);
    });

    test("is over when the server does not answer in time, so that no late reply is taken for another one", () => {
        const server = 'if (line === "one2") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);';
        const said = connection(`ensure_connection; ${twice}`, { server });
        expect(said).toBe("one1\n\nsecond\nno answer within 1 seconds\nError: Broken pipe");
    });

    test.each(["Could not connect to Redis at /run/redis.sock: No such file", "Error: Broken pipe"])(
        "is not there where redis-cli says %j, and says so at once",
        (text) => {
            const server = `return writeSync(2, "${text}\\n");`;
            const said = connection(
                'reply_seconds=30; ensure_connection; echo "$login_reply, ${connection_pid:-none}"',
                {
                    buffered: true,
                    server,
                },
            );
            expect(said).toBe(`${text}, none`);
        },
    );

    test.each([
        ["ERR max number of clients reached", "one\n\nsecond"],
        ["Error: Broken pipe", "one\n\nsecond"],
        ["WRONGPASS invalid username-password pair", "one\n\nsecond"],
        ["OK\nNOPERM this user has no permissions to run the 'config|set' command", "one\n\nsecond"],
        ["OK\nBUSY Redis is busy running a script.", "BUSY Redis is busy running a script."],
    ])("takes what a connection of its own cannot do: %j", (answer, expected) => {
        const send = `send() { cat >/dev/null; printf '%s\\n' "${answer}"; }`;
        expect(connection(`${send}; running_access=users; ensure_connection; server one`)).toBe(expected);
        expect(connection(`${send}; running_access=users; server one`)).toBe(answer.replace(/^OK\n/, ""));
    });
});

describe("a server that cannot be asked", () => {
    /** What becomes of an update where the server's state is this. */
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
    ])("says why, writes nothing and names the price of a restart: %j", (state, expected) => {
        expect(runs(state)).toEqual(typeof expected === "string" ? expected : expect.stringMatching(expected));
    });

    test("whose clients are paused is known by what it refuses at once", () => {
        expect(runs("no answer within 15 seconds", "NOAUTH Authentication required.")).toMatch(/\[clients-paused\]$/);
    });
});

describe("users on each look", () => {
    /** What it does where the server lists these users, and replicas are kept out or not. */
    const look = (users: string, keptOut = false) => {
        write("tmp/running.users", users);
        rmSync(join(root, "settings/run/starts_empty"), { force: true });
        if (keptOut) write("settings/run/starts_empty", "");
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

    test("are saved where they changed; then nothing is done where they are what they were", () => {
        expect(look(own + follower)).toBe("saved");
        expect(look(own + follower)).toBe("");
        expect(look(`user default off\n${follower}`)).toBe("users\nrestored: users\nsaved");
    });

    test.each(["somebody", "repl-somebody"])("one that a person made is saved, and stays: %s", (name) => {
        expect(look(own + follower)).toBe("saved");
        const made = `user ${name} on\n`;
        expect(look(own + follower + made)).toBe("saved");
        expect(look(own + follower + made)).toBe("");
        expect(look(own + follower)).toBe("saved");
    });

    test("replicas are let in again after each start of the server, also one that has kept them out before", () => {
        expect(look(own, true)).toBe("admit\nsaved");
        expect(look(own, true)).toBe("admit\nsaved");
        expect(look(own)).toBe("admit\nsaved");
    });
});

describe("users of the program", () => {
    const own = ["default", "app", "agent", "health"].map((name) => `user ${name} on #aa ~* +@all\n`).join("");
    const line = (name: string, hash = "bb") => `user ${name} on #${hash} resetchannels ~orders:* +@read\n`;
    const command = (name: string, hash = "bb") =>
        `ACL SETUSER ${name} reset on #${hash} resetchannels ~orders:* +@read`;
    const noted = () => readFileSync(join(root, "settings/users"), "utf8");
    const sent = () => readFileSync(join(root, "tmp/sent"), "utf8").split("\n").filter(Boolean);
    /** A server of version 8.0 that does not accept what has `refused` in it. */
    const server = (refused = "none") => `server() { case "$*" in
        "ACL LIST") printf 'user %s on\n' default orders somebody ;;
        *"${refused}"*) echo "ERR no" ;;
        *) echo "$*" >>${root}/tmp/sent; echo OK ;;
    esac; }
    chown() { :; }
    image_version() { echo 8.0.2; }
    running_version() { echo "$running"; }
    running=8.0.1`;

    beforeEach(() => {
        for (const file of ["settings/users", "tmp/refused"]) rmSync(join(root, file), { force: true });
        write("settings/acl/users.acl", own + line("orders") + line("old") + line("somebody"));
        write("generation/database", "version=8.0\ngrace_seconds=100\nrules_since=6.2:&* 6.2:resetchannels\n");
        write("generation/users.acl", own + line("orders"));
    });

    test("one that is no longer asked for is deleted, and somebody's own stays, whatever its name", () => {
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

    test("are noted before there is one, and stay so until the server's file is without them", () => {
        write("settings/users", "old\n");
        agent("note_users");
        expect(noted()).toBe("old\norders\n");
        expect(agent(`${server("SAVE")}\nset_wanted_users`)).toContain("[users-not-saved]");
        expect(noted()).toBe("old\norders\n");
    });

    test("are what the next start reads, without those that are no longer asked for", () => {
        write("settings/users", "old\n");
        agent(`${server()}\nusers_write`);
        expect(readFileSync(join(root, "settings/acl/users.acl"), "utf8")).toBe(
            own + line("orders") + line("somebody"),
        );
    });

    test("a rule that the running server does not know waits for the server that will take its place, and no longer", () => {
        write("generation/users.acl", own + line("new") + line("orders"));
        expect(agent(`${server("SETUSER new")}\nset_wanted_users`)).toContain(
            "does not accept user new: ERR no [user-not-accepted]",
        );
        expect(agent(`${server("SETUSER new")}\nrunning=6.0.16\nset_wanted_users`)).toBe("");
        expect(sent()).toContain("ACL SETUSER orders reset on #bb ~orders:* +@read");
    });

    test("with quotes in their patterns are the words that they are", () => {
        const rules = `on #bb ~a"b ~c\\d +get`;
        expect(agent(`quote_rules '${rules}'`)).toBe(String.raw`"on" "#bb" "~a\"b" "~c\\d" "+get"`);
        expect(agent(`quote_rules "~a'b +get"`)).toBe(`"~a'b" "+get"`);
        expect(agent(String.raw`quote_rules '~a\*b +get'`)).toBe(String.raw`~a\*b +get`);
    });

    test("are tried one by one, and a refusal names the user and what Redis says", () => {
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

        test("are accepted in grace, each for its own user, also where others have the same", () => {
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

        test("go with the user, and are not there again when it is", () => {
            update(line("one", "11"), 1000);
            update(line("one", "22"), 2000);
            update("", 2010);
            expect(update(line("one", "33"), 2020)).toEqual([lineWith("one", "33")]);
        });

        test("are not those of app, whose replaced one is for it and for default alone", () => {
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

    test("one that is taken out loses its user, and other people's stay, whatever their names", () => {
        write("settings/followers", "repl-gone\nrepl-kept\n");
        agent(`${sent}\nset_wanted_followers`);
        expect(readFileSync(join(root, "tmp/sent"), "utf8")).toBe(
            `ACL SETUSER repl-kept reset ${rules}\nACL DELUSER repl-gone\nACL SAVE\n`,
        );
        expect(noted()).toBe("repl-kept\n");
        expect(readFileSync(join(root, "tmp/followers.listed"), "utf8")).toBe("user repl-kept on\n");
        expect(readFileSync(join(root, "settings/acl/users.acl"), "utf8")).toBe("user repl-mine on #cc\n");
    });

    test("are noted before there is one, and stay so until the server's file is without them", () => {
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

    test("that an earlier release made are those of the settings in force, and of the server's file", () => {
        write("settings/current/followers.acl", `user repl-old ${rules}\n`);
        write("settings/acl/users.acl", `user default on\nuser repl-older ${rules}\nuser somebody on\n`);
        agent("note_followers");
        expect(noted()).toBe("repl-kept\nrepl-old\nrepl-older\n");
    });

    test("are in no file that the next start reads, as other people's are", () => {
        write("settings/followers", "repl-gone\nrepl-kept\n");
        const lines = ["default", "repl-gone", "repl-kept", "agent-refill", "repl-mine", "somebody"];
        write("settings/acl/users.acl", lines.map((name) => `user ${name} on #bb\n`).join("half of a li\n"));
        expect(agent(`names_in ${root}/generation/users.acl | saved_users`)).toBe(
            "user repl-mine on #bb\nuser somebody on #bb",
        );
    });
});

describe("settings on each look", () => {
    const wanted = (importing: string) => {
        write("generation/database", `flavor=aof\nimporting=${importing}\nowned=dir bind tls-port masterauth\n`);
    };
    /** What is kept and what is applied, where a trial server has these. */
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

    test("that are kept are the program's and the component's own, those that need a new container are not applied", () => {
        const ca = `tls-ca-cert-file\t${root}/settings/tls/ca.crt`;
        const dir = `dir\t${root}/data`;
        expect(read()).toEqual([
            ["appendonly\tyes", "bind\t* -::*", dir, "masterauth\t", "timeout\t300", ca, "tls-port\t6380", ""],
            [dir, "masterauth\t", "timeout\t300", ca, ""],
        ]);
    });

    test("are without what an import needs, while there may be one", () => {
        expect(read("yes")[0]).toEqual([
            "appendonly\tyes",
            "bind\t* -::*",
            `dir\t${root}/data`,
            "timeout\t300",
            "tls-port\t6380",
            "",
        ]);
    });

    /** What is said and sent, where the server has these and takes what `takes` says. */
    const keep = (kept: string, running: string, takes: string) => {
        wanted("no");
        write("tmp/enforced.settings", kept);
        write("tmp/running.settings", running);
        write("tmp/sent", "");
        const server = `server() { echo "$*" >>${root}/tmp/sent; case "$*" in ${takes}) echo OK ;; *) echo ERR ;; esac; }`;
        const said = agent(
            `${server}\nwrite_data() { echo written; }\nrestore_config restored ${root}/tmp/enforced.settings`,
        );
        return { said, sent: readFileSync(join(root, "tmp/sent"), "utf8") };
    };

    test("are put back at once, or one by one where the server does not know that; what it refuses is not said", () => {
        const [kept, running] = ["a\tone two\nb\t\nc\t3\n", "a\t1\nb\t2\nc\t3\n"];
        const all = 'CONFIG SET a "one two" b ""\n';
        expect(keep(kept, running, "*")).toEqual({ said: "restored: a\nrestored: b", sent: all });
        expect(keep(kept, running, '*" b "*')).toEqual({ said: "restored: a\nrestored: b", sent: all });
        expect(keep(kept, running, '"CONFIG SET b "*')).toEqual({
            said: "restored: b",
            sent: `${all}CONFIG SET a "one two"\nCONFIG SET b ""\n`,
        });
        expect(keep(kept, kept, "*")).toEqual({ said: "", sent: "" });
    });

    test("have the data written where it belongs, if it went elsewhere", () => {
        expect(keep("dir\t/data\n", "dir\t/tmp\n", "*").said).toBe("restored: dir\nwritten");
        expect(keep("dbfilename\tdump.rdb\n", "dbfilename\tother.rdb\n", "*").said).toBe(
            "restored: dbfilename\nwritten",
        );
    });

    test.each([
        ["BGREWRITEAOF", "aof"],
        ["BGSAVE", "rdb"],
        ["", "nordb"],
    ])("by %s for %s", (command, flavor) => {
        write("generation/database", `flavor=${flavor}\n`);
        const stubs =
            'server() { echo "$*" >&2; echo started; }; log_written() { :; }; info() { case $2 in *progress) echo 0 ;; *) echo ok ;; esac; }';
        expect(agent(`${stubs}\nwrite_data 2>&1`)).toBe(command);
    });
});

describe("a server that somebody has follow another one", () => {
    const look = (database = "", marker?: string, role = "slave") => {
        write("generation/database", database);
        write("tmp/running.info", `role:${role}\nmaster_host:away\nmaster_port:6379\n`);
        if (marker) write(marker, "");
        return agent('running_access=users; users_follow() { echo "$*" >&2; echo OK; }\ncheck_primary_role 2>&1');
    };
    const reverted = "NO ONE\nrestored: the server accepts writes again; it was made to follow away:6379";

    test("takes writes again", () => {
        expect(look()).toBe(reverted);
        expect(look("importing=no\n")).toBe(reverted);
        expect(look("", undefined, "master")).toBe("");
    });

    test.each([
        ["while data may be imported", "importing=yes\n", undefined],
        ["in a switchover", "", "settings/run/primary"],
        ["while it has come back without its data", "", "settings/run/starts_empty"],
    ])("does not %s", (_when, database, marker) => {
        expect(look(database, marker)).toBe("");
    });

    test("in memory only does not keep the dump that came, which its next start would read", () => {
        write("data/dump.rdb", "REDIS0011");
        look("flavor=aof\n");
        expect(existsSync(join(root, "data/dump.rdb"))).toBe(true);
        look("flavor=nordb\n");
        expect(existsSync(join(root, "data/dump.rdb"))).toBe(false);
    });

    test("is promoted by an update that ends the import, and by no other", () => {
        const apply = (importing: string) => {
            write("generation/database", `flavor=aof\nimporting=${importing}\n`);
            return agent('running_access=users; users_follow() { echo OK; }\napply_replication slave "away 6379"');
        };
        expect(apply("yes")).toBe("");
        expect(apply("no")).toBe("applied: promotion");
    });
});

test("a value goes to Redis in its own quotes", () => {
    expect(agent(String.raw`quote 'a "b" \c $d'`)).toBe(String.raw`"a \"b\" \\c $d"`);
    expect(agent("quote ''")).toBe('""');
});

describe("data is there already", () => {
    test.each<[string, string[], boolean]>([
        ["nothing", [], true],
        ["what a file system or the agent itself leaves", ["lost+found/", ".redis-server", ".redis-database"], true],
        ["a dump", ["dump.rdb"], false],
        ["a hidden file of somebody", [".keep"], false],
    ])("%s", (_what, files, empty) => {
        for (const file of files) {
            if (file.endsWith("/")) mkdirSync(join(root, "data", file));
            else write(`data/${file}`, "x");
        }
        expect(agent("if is_empty; then echo yes; fi")).toBe(empty ? "yes" : "");
    });
});

describe("a certificate's end is the time of a file", () => {
    const ends = (from: string) => {
        write("generation/database", `certificate_report_from=${from}\n`);
        inShell([], "note_expiry");
        return existsSync(join(root, "settings/run/expiry"))
            ? statSync(join(root, "settings/run/expiry")).mtimeMs / 1000
            : undefined;
    };

    test("which is to come, and not one that was noted before", () => {
        expect(ends("2500000000")).toBe(2500000000);
        expect(ends("")).toBeUndefined();
        expect(ends("1000000000")).toBe(1000000000);
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

    test("that does not run reads its certificate at its start, whatever the image has", () => {
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
    ])("that cannot be asked (%i) keeps a new certificate away", (status, reason) => {
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

describe("what the agent prints", () => {
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
        // While it watches, since it goes over to another process otherwise.
        const refused = `watching=yes; (refuse agent-failed "$(cat ${root}/text)") || true`;
        expect(inShell(["undo() { :; }", "stop_trial() { :; }"], refused)).toBe(
            `refused: ${shown} [redis-database/agent-failed]`,
        );
        expect(readFileSync(join(root, "settings/run/refused"), "utf8")).toBe(
            `${shown} [redis-database/agent-failed]\n`,
        );
    });

    test("is whole, whatever the password is", () => {
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
