/** The settings that an agent watches: the applied ones, or after a refusal those in force; and a server that is about to be replaced. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { inShell, root, write } from "../../support/agentShell";

const at = (name: string) => join(root, name);
const text = (name: string) => readFileSync(at(name), "utf8");
const stubs = [
    "chown() { :; }",
    "flush() { :; }",
    "sleep() { :; }",
    "wanted_access=users running_access=users",
    'watch() { echo "watches $generation, $wanted_access"; exit; }',
    "ensure_connection() { :; }",
    "observe() { return 1; }",
    "write_primary() { echo checked; }",
    `idle() { echo idle; exit; }`,
];
const agent = (commands: string) => inShell(stubs, commands);

/** Creates the generation in force, as an agent has committed it. */
function inForce(files: Readonly<Record<string, string>>): string {
    mkdirSync(at("settings/generations/some"), { recursive: true });
    for (const [name, content] of Object.entries(files)) write(`settings/generations/some/${name}`, content);
    const name = agent(`content_of ${at("settings/generations/some")}`);
    agent(`mv ${at("settings/generations/some")} ${at(`settings/generations/${name}`)}`);
    symlinkSync(`generations/${name}`, at("settings/current"));
    return at(`settings/generations/${name}`);
}

const files = { "database": "memory_mb=64\nowned=\n", "users.acl": "user default on\n", "redis.conf": "timeout 300\n" };

beforeEach(() => {
    for (const directory of ["settings", "data", "tmp"]) rmSync(at(directory), { recursive: true, force: true });
    for (const directory of ["settings/run", "settings/acl", "data", "tmp"])
        mkdirSync(at(directory), { recursive: true });
    write("settings/former", "");
});

describe("an agent that has refused an update", () => {
    beforeEach(() => {
        write("tmp/refused", "");
    });

    test("has nothing to watch if no settings are in force", () => {
        expect(agent("run")).toBe("idle");
    });

    test("watches the settings in force, with the values of their trial server, and not those of the refused update", () => {
        const generation = inForce(files);
        write(`${generation.slice(root.length + 1)}/.settings`, "timeout\t300\nhz\t10\n");
        write("tmp/trial.settings", "timeout\t77\n");
        write("tmp/users.listed", "refused\n");
        expect(agent("guard")).toBe(`watches ${generation}, users`);
        expect(text("tmp/enforced.settings")).toBe("timeout\t300\n");
        expect(existsSync(at("tmp/users.listed"))).toBe(false);
    });

    test("checks at once after a restart", () => {
        const generation = inForce(files);
        write("tmp/last_check", "");
        expect(agent("settings_of() { :; }; launch_trial() { :; }; trial_answers() { :; }; run")).toBe(
            `checked\nwatches ${generation}, users`,
        );
    });

    test.each([
        ["starts a trial server if an earlier release has not stored its settings", true, "timeout\t300\n"],
        ["restores no settings if the trial server rejects them", false, ""],
    ])("%s", (_what, answers, kept) => {
        inForce(files);
        const trial = `launch_trial() { :; }\ntrial_answers() { ${answers}; }\nsettings_of() { printf 'timeout\\t300\\n'; }`;
        agent(`${trial}\nguard`);
        expect(text("tmp/enforced.settings")).toBe(kept);
        write("settings/run/unsettled", "aof");
        // Without trial settings, an empty configuration would be applied.
        expect(agent(`settle() { echo settled; }\ncheck_server`)).toBe(answers ? "settled" : "");
    });

    test("restores the files in force, and not those of the refused update", () => {
        const generation = inForce(files);
        const name = generation.slice(root.length + 1);
        const settings = "settings_of() { :; }; launch_trial() { :; }; trial_answers() { :; }";
        agent(`${settings}; guard`);
        write(`${name}/redis.conf`, "timeout 1\n");
        expect(agent(`${settings}; stage() { echo staged; }; run`)).toBe(
            `restored: the settings on the volume\nchecked\nwatches ${generation}, users`,
        );
        expect(text(`${name}/redis.conf`)).toBe(files["redis.conf"]);
    });

    test("reports the refusal in its health check", () => {
        write("tmp/refused", "refused: it is so [redis-database/agent-failed]\n");
        expect(agent("health || echo failed")).toBe("refused: it is so [redis-database/agent-failed]\nfailed");
    });

    test("logs no refusal of a later check, which an update would mistake for its own", () => {
        const refused = 'undo() { :; }; stop_trial() { :; }; watching=yes; (refuse agent-failed "so") || true';
        expect(agent(refused)).toBe("");
        expect(text("settings/run/refused")).toBe("so [redis-database/agent-failed]\n");
    });
});

describe("an agent that has applied its settings", () => {
    test("continues to watch after a restart, even if it would refuse the settings now", () => {
        const generation = inForce(files);
        write("tmp/applied", `${generation.replace(/.*\//, "")}\n`);
        write("tmp/reported", "");
        const checks = "check_image() { exit 1; }; check_owner() { exit 1; }; stage() { exit 1; }";
        const trial = "settings_of() { :; }; launch_trial() { :; }; trial_answers() { :; }";
        expect(agent(`${checks}; ${trial}; run`)).toBe(`watches ${generation}, users`);
        // Docker waits for a health check again.
        expect(existsSync(at("tmp/reported"))).toBe(false);
    });

    test("stands down after a restart if another agent has taken over", () => {
        inForce(files);
        write("tmp/applied", "other\n");
        expect(agent("run")).toBe("another agent has taken over\nidle");
    });

    test("does not stand down if it could not restore the files on a full disk, and tries again", () => {
        const generation = inForce(files);
        write(`${generation.slice(root.length + 1)}/redis.conf`, "");
        write("tmp/applied", `${generation.replace(/.*\//, "")}\n`);
        const half = `stage() { generation=${root}/settings/generations/half; mkdir -p $generation; false; echo not reached; }`;
        expect(agent(`${half}\nrun`)).toBe(`watches ${generation}, users`);
        expect(agent(`generation=${generation}\nif may_be_modified; then echo again; fi`)).toBe("again");
    });
});

describe("a server that is about to be replaced", () => {
    const check = (running: string) => {
        mkdirSync(at("generation"), { recursive: true });
        write("generation/database", "server=next\nprimary=\nimporting=no\n");
        write("data/.redis-server", "this 8.0.2\n");
        write("tmp/running.info", "role:master\n");
        write("tmp/enforced.settings", "port\t0\nsave\t\ntimeout\t300\n");
        write("tmp/running.settings", running);
        return agent(
            'observe() { :; }; users_restore() { echo users; }; server() { echo "$*" >&2; echo OK; }; forget_password() { echo forgot; }\n{ check_server; } 2>&1',
        );
    };

    beforeEach(() => {
        rmSync(at("generation"), { recursive: true, force: true });
    });

    test("keeps the settings that an update has left it with, and not those of its successor", () => {
        const left = "port\t6379\nsave\t2147483647 2147483647\ntimeout\t300\n";
        expect(check(`hz\t10\n${left}`)).toBe("users");
        expect(text("generation/.meanwhile")).toBe(left);
        const changed = left.replace("300", "1");
        expect(check(changed)).toBe('CONFIG SET timeout "300"\nrestored: timeout\nusers');
        expect(text("generation/.meanwhile")).toBe(left);
    });
});

test("a setting that a refusal could not undo, because the server did not answer, is restored later", () => {
    write("settings/former", "timeout\t0\n");
    agent("find_access() { :; }; server_answers() { return 1; }; undo");
    expect(text("settings/former")).toBe("timeout\t0\n");
    const generation = inForce({ ...files, "redis.conf": "hz 10\n" });
    write("tmp/trial.settings", "hz\t10\nmaxclients\t10000\ntimeout\t0\n");
    agent(`generation=${generation}\nchoose_settings`);
    expect(text("tmp/enforced.settings")).toBe("hz\t10\ntimeout\t0\n");
    agent("find_access() { :; }; server_answers() { :; }; server() { :; }; undo");
    expect(text("settings/former")).toBe("");
});

describe("a primary that started without its data", () => {
    const admit = (blocked: boolean, keys: number) => {
        mkdirSync(at("generation"), { recursive: true });
        write("settings/run/starts_empty", "");
        if (blocked) write("settings/run/held", "so\n");
        return agent(
            `info() { for key in ${"x ".repeat(keys)}; do echo $key; done; }; refill() { echo asks; false; }; accept_writes() { :; }; users_admit`,
        ).split("\n")[0];
    };

    test("asks its replicas again as long as it has no keys", () => {
        expect(admit(false, 0)).toBe("asks");
        expect(admit(true, 0)).toBe("asks");
        expect(admit(true, 1)).toBe("");
    });

    /** Asks two replicas; what `each` does happens in each second. Returns the seconds waited, and the offer taken. */
    const ask = (each: string) => {
        mkdirSync(at("generation"), { recursive: true });
        write("generation/followers.acl", "user repl-1\nuser repl-2\n");
        const stubs = `sleep() { second=$((second + 1)); (cd "$offers_dir" && ${each}) || :; }; follow_offer() { echo "$1"; }`;
        return agent(`second=0; ${stubs}; generation=${at("generation")}; refill || echo nothing; echo $second`);
    };
    const inSecond = (second: number, what: string) => `[ $second != ${second} ] || ${what}`;

    test("waits ten seconds for its replicas", () => {
        expect(ask(inSecond(11, "echo '1 5 a' >x.offer"))).toBe("nothing\n10");
        expect(ask(inSecond(9, "echo '1 5 a' >x.offer"))).toBe("1 5 a\n10");
        expect(ask("echo '1 5 a' >x.offer; echo '1 7 b' >y.offer")).toBe("1 7 b\n1");
    });

    test("waits longer for replicas on this host whose agents are running", () => {
        mkdirSync(at("settings/nearby"), { recursive: true });
        write("settings/nearby/repl-1", "");
        const running = inSecond(1, `exec 6>"$nearby_dir/repl-1"; flock -s 6`);
        const joined = (more: string) => ask(`:); ${running}; (${more}`);
        expect(joined(inSecond(31, "echo '1 5 a' >\"$offers_dir/x.offer\""))).toBe("1 5 a\n31");
        expect(joined(":")).toBe("nothing\n40");
        expect(joined(`${inSecond(15, "exec 6>&-")}); ${inSecond(15, "exec 6>&-")}; (:`)).toBe("nothing\n15");
    });

    test("knows that the agent of a replica is running", () => {
        mkdirSync(at("generation"), { recursive: true });
        mkdirSync(at("primary"), { recursive: true });
        write("generation/primary.conf", "masteruser repl-replica-1\nmasterauth secret\n");
        const nearby = (primary: string, commands: string) => {
            write("generation/database", `primary=${primary}\n`);
            return agent(`nearby_dir=$primarys_nearby_dir; ${commands}; nearby_replicas`);
        };
        expect(nearby("nearby", "join_primary; (join_primary)")).toBe("1");
        expect(nearby("nearby", "join_primary; leave_primary")).toBe("0");
        expect(nearby("replica.example.com 6380", "join_primary")).toBe("0");
    });
});
