/** Which existing files the agent recognizes as Redis data, and how it adopts them, in a real shell. */
import { execFileSync } from "node:child_process";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    readFileSync,
    readdirSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { inShell, root } from "../../support/agentShell";

/** Runs functions of the agent. Stubs replace those that need a server or time. */
function agent(commands: string): string {
    const stubs = [
        'refuse() { echo "$2 [$1]"; exit 0; }',
        "sleep() { :; }",
        "chown() { :; }",
        "flush() { :; }",
        "ask_trial() { printf '%s' \"$own_format\" >$trial_dir/dump.rdb; }",
        "read_file() { :; }",
        `PATH=${root}/bin:$PATH`,
        "own_format=REDIS0012",
        "kind=",
    ];
    return inShell(stubs, commands);
}

type Files = Readonly<Record<string, string>>;

/** Creates files in the data directory, all of them an hour old. */
function createFiles(files: Files): void {
    for (const [name, content] of Object.entries(files)) {
        const path = join(root, "data", name);
        mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
        if (!name.endsWith("/")) writeFileSync(path, content);
    }
    execFileSync("find", [join(root, "data"), "-exec", "touch", "-d", "1 hour ago", "{}", "+"]);
}

const wanted = (settings: Files) => {
    const all = { place: "PLACE", owner: "p/s/db", version: "8.0", flavor: "aof", files: "", ...settings };
    const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(root, "generation/database"), lines.join(""));
};

beforeEach(() => {
    for (const directory of ["settings/current", "settings/run", "data", "tmp/trial", "generation", "bin"]) {
        rmSync(join(root, directory), { recursive: true, force: true });
        mkdirSync(join(root, directory), { recursive: true });
    }
    writeFileSync(join(root, "settings/id"), "own-id");
    writeFileSync(join(root, "tmp/trial.settings"), "appenddirname\tappendonlydir\ndatabases\t16\n");
    writeFileSync(join(root, "bin/redis-server"), "#!/bin/sh\necho Redis server v=8.0.2\n");
    chmodSync(join(root, "bin/redis-server"), 0o755);
    wanted({});
});

const dump = "REDIS0011\xfa\tredis-ver";
const log = "*1\r\n$4\r\nPING\r\n";
const manifest = "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n";
const directory = {
    "appendonlydir/appendonly.aof.manifest": manifest,
    "appendonlydir/appendonly.aof.1.base.rdb": dump,
    "appendonlydir/appendonly.aof.1.incr.aof": log,
};
const chosen = "choose_files; echo chosen: $kind";

test.each<[string, Files, string]>([
    ["a dump", { "dump.rdb": dump }, "rdb"],
    ["a dump of Valkey", { "dump.rdb": "REDIS0011" }, "rdb"],
    [
        "a dump with files of the file system, the agent and a crash",
        {
            "dump.rdb": dump,
            "lost+found/": "",
            ".redis-server": "x",
            "before-adoption/x": "",
            "temp-12.rdb": "x",
            "temp-rewriteaof-12.aof": "x",
        },
        "rdb",
    ],
    ["an append-only file", { "appendonly.aof": log }, "aof"],
    ["an append-only file that starts with a dump", { "appendonly.aof": dump }, "aof"],
    ["an append-only file before the first write", { "appendonly.aof": "" }, "aof"],
    ["a directory of append-only files", directory, "aof"],
    [
        "a directory whose history files no longer exist",
        {
            ...directory,
            "appendonlydir/appendonly.aof.manifest": `# a comment\n${manifest}file appendonly.aof.0.incr.aof seq 0 type h\n`,
        },
        "aof",
    ],
    [
        "a directory that a later version wrote",
        {
            ...directory,
            "appendonlydir/appendonly.aof.manifest": manifest.replace(/\n$/, " startoffset 1 endoffset 2\n"),
        },
        "aof",
    ],
    [
        "a directory whose base is an append-only file from before 7.0",
        {
            "appendonlydir/appendonly.aof": log,
            "appendonlydir/appendonly.aof.manifest": "file appendonly.aof seq 1 type b\n",
        },
        "aof",
    ],
    [
        "a directory with timestamps",
        { ...directory, "appendonlydir/appendonly.aof.1.incr.aof": "#TS:1234567890\r\n" },
        "aof",
    ],
    [
        "a directory without a base, with a file that a crash has left",
        {
            "appendonlydir/appendonly.aof.1.incr.aof": "",
            "appendonlydir/appendonly.aof.manifest": "file appendonly.aof.1.incr.aof seq 1 type i\n",
            "appendonlydir/temp-appendonly.aof.manifest": "",
        },
        "aof",
    ],
])("adopted: %s", (_what, files, kind) => {
    createFiles(files);
    expect(agent(chosen)).toBe(`chosen: ${kind}`);
});

const cannotAdopt = (files: string) =>
    `data: PLACE has files that cannot be adopted (${files}): the data must be in dump.rdb, appendonly.aof, or appendonlydir with the files that its manifest lists; rename these files if they hold data, otherwise move them elsewhere [data-has-other-files]`;
const neither = (files: string) =>
    `data: PLACE has files, but neither dump.rdb nor an append-only file (${files}); use a location that is empty or has Redis data [data-not-redis]`;
const repair = "; repair it with the tools of Redis, or restore it from a backup [data-not-readable]";

test.each<[string, Files, string]>([
    ["an append-only file with another name", { "redis.aof": log }, neither("redis.aof")],
    [
        "an append-only file with another name and a dump that may be stale",
        { "redis.aof": log, "dump.rdb": dump },
        cannotAdopt("redis.aof"),
    ],
    [
        "many files, of which the first are named",
        { "d": "", "a b": "", "dump.rdb": dump, "c/x": "", ".keep": "" },
        cannotAdopt(".keep, a b, c, …"),
    ],
    [
        "a directory whose append-only file has another name",
        { "appendonlydir/redis.aof.manifest": manifest, "appendonlydir/redis.aof.1.incr.aof": log },
        cannotAdopt("appendonlydir/redis.aof.1.incr.aof, appendonlydir/redis.aof.manifest"),
    ],
    [
        "a file that the manifest does not list",
        { ...directory, "appendonlydir/appendonly.aof.2.incr.aof": log },
        cannotAdopt("appendonlydir/appendonly.aof.2.incr.aof"),
    ],
    [
        "only files that were set aside",
        { "before-adoption/dump.rdb": dump },
        "data: PLACE has files, but neither dump.rdb nor an append-only file; use a location that is empty or has Redis data [data-not-redis]",
    ],
    ["a directory with the name of a file", { "dump.rdb/x": dump }, cannotAdopt("dump.rdb")],
    [
        "a directory without a manifest",
        { "appendonlydir/": "" },
        `data: appendonlydir in PLACE has no appendonly.aof.manifest${repair}`,
    ],
    [
        "an incomplete directory",
        {
            ...directory,
            "appendonlydir/appendonly.aof.manifest": `${manifest}file appendonly.aof.2.incr.aof seq 2 type i\n`,
        },
        `data: appendonlydir in PLACE has no appendonly.aof.2.incr.aof, which its manifest lists${repair}`,
    ],
    [
        "a base that is not a dump",
        { ...directory, "appendonlydir/appendonly.aof.1.base.rdb": "" },
        `data: appendonlydir/appendonly.aof.1.base.rdb in PLACE does not have the format that its name implies${repair}`,
    ],
    [
        "a file that is not an append-only file",
        { "appendonly.aof": "hello" },
        `data: appendonly.aof in PLACE is not an append-only file of Redis${repair}`,
    ],
    ["a file that is not a dump", { "dump.rdb": "hello" }, `data: dump.rdb in PLACE is not a dump of Redis${repair}`],
    ["an empty dump", { "dump.rdb": "" }, `data: dump.rdb in PLACE is not a dump of Redis${repair}`],
    [
        "append-only files from before and after 7.0",
        { ...directory, "appendonly.aof": log },
        "data: PLACE has both appendonlydir and appendonly.aof; move the one without the data elsewhere [data-files-ambiguous]",
    ],
])("refused: %s", (_what, files, message) => {
    createFiles(files);
    expect(agent(chosen)).toBe(message);
});

test("refused: a link with the name of a file", () => {
    createFiles({ elsewhere: dump });
    symlinkSync("elsewhere", join(root, "data/dump.rdb"));
    expect(agent(chosen)).toBe(cannotAdopt("dump.rdb, elsewhere"));
});

test("refused: files that change, or that a server has just started to write", () => {
    const written =
        "data: the files in PLACE are being written; stop the server that writes them, wait a minute and run pulumi up again [data-being-written]";
    createFiles({ "appendonly.aof": log });
    expect(agent(`sleep() { echo >>$log_file; }\n${chosen}`)).toBe(written);
    expect(agent(`sleep() { rm $log_file; }\n${chosen}`)).toBe(written);
    createFiles({ "appendonly.aof": log });
    for (const name of ["temp-12.rdb", "temp-rewriteaof-bg-12.aof"]) {
        writeFileSync(join(root, "data", name), "");
        expect(agent(chosen)).toBe(written);
        rmSync(join(root, "data", name));
    }
});

describe("files that were set aside before are not overwritten", () => {
    test.each([
        ["aof", { "dump.rdb": dump, "appendonly.aof": log, "before-adoption/dump.rdb": dump }, "dump.rdb"],
        ["rdb", { "dump.rdb": dump, ...directory, "before-adoption/appendonlydir/x": "" }, "appendonlydir"],
    ])("%s", (files, existing, name) => {
        wanted({ files });
        createFiles(existing);
        expect(agent(chosen)).toContain(`has ${name}, which would be moved to before-adoption, but`);
        rmSync(join(root, "data/before-adoption"), { recursive: true });
        expect(agent(chosen)).toBe(`chosen: ${files}`);
    });
});

describe("the format of a dump", () => {
    test.each([
        ["REDIS0011\xfa\tredis-ver", "REDIS 11"],
        ["VALKEY080\xfa\tvalkey-ver", "VALKEY 80"],
        ["REDIS00", ""],
        ["*2\r\n$6\r\nSELECT", ""],
        ["", ""],
    ])("%j", (content, format) => {
        createFiles({ "dump.rdb": content });
        expect(agent("format_of $dump_file")).toBe(format);
    });

    test.each([
        ["REDIS 11", "REDIS 11", true],
        ["REDIS 6", "REDIS 12", true],
        ["REDIS 12", "REDIS 11", false],
        ["REDIS 11", "VALKEY 80", true],
        ["REDIS 12", "VALKEY 80", false],
        ["VALKEY 80", "VALKEY 80", true],
        ["VALKEY 81", "VALKEY 80", false],
        ["VALKEY 80", "REDIS 11", false],
        ["VALKEY 80", "REDIS 12", false],
        ["VALKEY 5", "REDIS 12", false],
    ])("%s for a server that writes %s", (format, own, readable) => {
        expect(agent(`if reads_format "${format}" "${own}"; then echo yes; fi`)).toBe(readable ? "yes" : "");
    });

    test.each([
        [
            "REDIS0012",
            "REDIS0011",
            "Redis",
            "was written by a later Redis (format 12), which 8.0 cannot read; set version to a later one",
        ],
        [
            "REDIS0012",
            "VALKEY080",
            "Valkey",
            "was written by Redis (format 12), which Valkey 8.0 cannot read; set engine to the one that wrote it",
        ],
        [
            "VALKEY080",
            "REDIS0012",
            "Redis",
            "was written by Valkey (format 80), which Redis 8.0 cannot read; set engine to the one that wrote it",
        ],
        [
            "VALKEY080",
            "REDIS0011",
            "Valkey",
            "was written by a later Valkey (format 80), which 8.0 cannot read; set version to a later one",
        ],
    ])("%s is refused if the latest format is %s, of %s", (format, own, engine, reason) => {
        writeFileSync(join(root, "bin/redis-server"), `#!/bin/sh\necho ${engine} server v=8.0.2\n`);
        createFiles({ "appendonly.aof": format });
        expect(agent(`own_format=${own}\n${chosen}`)).toBe(`data: PLACE ${reason} [data-newer-than-version]`);
    });

    test("a directory of append-only files is refused before 7.0", () => {
        writeFileSync(join(root, "tmp/trial.settings"), "databases\t16\n");
        createFiles(directory);
        expect(agent(chosen)).toContain("was written by Redis 7.0 or later, which 8.0 cannot read [data-newer");
    });
});

describe("a dump that does not fit into memory", () => {
    const checked = (output: string) => {
        writeFileSync(join(root, "bin/redis-check-rdb"), `#!/bin/sh\nprintf '%s\\n' '${output}'\n`);
        chmodSync(join(root, "bin/redis-check-rdb"), 0o755);
        mkdirSync(join(root, "tmp/reader"), { recursive: true });
        createFiles({ "dump.rdb": dump });
        return agent(`read_file() { return 137; }\n${chosen}`);
    };

    test("is checked by redis-check-rdb", () => {
        expect(checked("[offset 9] Selecting DB ID 0")).toBe("chosen: rdb");
        expect(checked("--- RDB ERROR DETECTED ---\n[offset 9] RDB CRC error\n[info] 1 keys read")).toBe(
            `data: dump.rdb in PLACE cannot be loaded by Redis 8.0.2: RDB CRC error${repair}`,
        );
        expect(checked("[offset 9] MODULE AUX for: ReJSON-RL\n[offset 9] MODULE AUX for: bf")).toContain(
            "has data of modules (ReJSON-RL bf), which are not available here",
        );
    });

    test("is accepted without that tool", () => {
        createFiles({ "dump.rdb": dump });
        const none = "command() { return 1; }";
        expect(agent(`${none}\nread_file() { return 137; }\n${chosen}`)).toBe("chosen: rdb");
    });
});

describe("the data directory", () => {
    const owner = () => readFileSync(join(root, "data/.redis-database"), "utf8");

    test("belongs to the database once owner_file names it", () => {
        agent("claim_data adopting");
        expect(owner()).toBe("own-id adopting p/s/db\n");
        agent("claim_data");
        expect(owner()).toBe("own-id aof p/s/db\n");
        expect(readdirSync(join(root, "data"))).toEqual([".redis-database"]);
    });

    test.each([
        ["before the claim", "check_owner; take; claim_data"],
        [
            "before any change",
            "chown() { echo changed; }; choose_files() { kind=rdb; take; }; check_owner; apply_to_stopped_server",
        ],
        ["during the claim", 'ln() { take; command ln "$@" 2>/dev/null; }; check_owner; claim_data'],
    ])("is left unchanged if another database has claimed it in the meantime: %s", (_when, claim) => {
        const take = "take() { echo 'other-id aof p/s/other' >$owner_file; }";
        createFiles({ "dump.rdb": dump });
        expect(agent(`${take}; ${claim}`)).toMatch(
            /^data: PLACE belongs to the database p\/s\/other; use another location/,
        );
        expect(owner()).toBe("other-id aof p/s/other\n");
        expect(readdirSync(join(root, "data"))).toEqual([".redis-database", "dump.rdb"]);
    });

    test("is adopted in spite of a crash during the adoption", () => {
        createFiles({ "dump.rdb": dump });
        const adopt = "commit() { :; }; users_write() { :; }; wanted_access=users; apply_to_stopped_server";
        agent(`${chosen}; claim_data adopting`);
        expect(agent(adopt)).toBe("adopted: rdb");
        expect(owner()).toBe("own-id aof p/s/db\n");
        expect(readFileSync(join(root, "settings/run/unsettled"), "utf8")).toBe("rdb\n");
        expect(existsSync(join(root, "data/dump.rdb"))).toBe(true);
    });

    test("still belongs to a database that has lost its settings volume, unless another server writes there", () => {
        createFiles({ ".redis-database": "lost-id aof p/s/db\n", "appendonly.aof": log });
        expect(agent("check_owner; echo mine")).toBe("mine");
        expect(agent("sleep() { echo >>$log_file; }; check_owner; echo mine")).toContain("data-being-written");
        wanted({ place: "the data volume" });
        expect(agent("sleep() { echo >>$log_file; }; check_owner; echo mine")).toBe("mine");
        agent("check_owner; claim_data");
        expect(owner()).toBe("own-id aof p/s/db\n");
    });
});
