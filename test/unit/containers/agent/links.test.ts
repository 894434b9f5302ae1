/** The agent, which runs as root, follows no links in directories that the server's user can write to. */
import {
    chmodSync,
    existsSync,
    linkSync,
    lstatSync,
    mkdirSync,
    readFileSync,
    readdirSync,
    rmSync,
    symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { inShell, root, write } from "../../support/agentShell";

/** Could be a line of any of the files. */
const secret = "user hidden on #aa";
const at = (name: string) => join(root, name);
const text = (name: string) => readFileSync(at(name), "utf8");

function agent(commands: string): string {
    const stubs = [
        'refuse() { echo "$2 [$1]"; exit 0; }',
        "chown() { :; }",
        "flush() { :; }",
        "same_version() { :; }",
        'server() { echo "$*" >&2; echo OK; }',
        `PATH=${root}/bin:$PATH`,
        "wanted_access=users running_access=users",
    ];
    return inShell(stubs, `{ ${commands}\n} 2>&1`);
}

function link(name: string, target = "victim/secret"): void {
    rmSync(at(name), { recursive: true, force: true });
    symlinkSync(at(target), at(name));
}

beforeEach(() => {
    const directories = [
        "settings/current",
        "settings/tls",
        "settings/acl",
        "settings/run",
        "settings/offers",
        "data",
        "tmp",
    ];
    for (const directory of [...directories, "primary/run", "generation", "victim", "bin"]) {
        rmSync(at(directory), { recursive: true, force: true });
        mkdirSync(at(directory), { recursive: true });
    }
    rmSync(at("settings/followers"), { force: true });
    write("victim/secret", `${secret}\n`);
    write("settings/id", "own-id");
    write("generation/database", "owner=p/s/db\nflavor=aof\nprimary=\ngrace_seconds=0\n");
});

afterEach(() => {
    expect(text("victim/secret")).toBe(`${secret}\n`);
    expect(readdirSync(at("victim"))).toEqual(["secret"]);
});

describe("root reads", () => {
    const read = (name: string) => agent(`text_of ${at(name)}`);

    test("a file", () => {
        write("settings/acl/users.acl", "one\ntwo\n");
        expect(read("settings/acl/users.acl")).toBe("one\ntwo");
        expect(agent(`first_line_of ${at("settings/acl/users.acl")}`)).toBe("one");
    });

    test("a file that is replaced while it is read", () => {
        write("settings/run/address", "one\n");
        const replacing = `readlink() { rm ${at("settings/run/address")}; command readlink "$@"; }`;
        expect(agent(`${replacing}\ntext_of ${at("settings/run/address")}`)).toBe("one");
    });

    test.each([
        [
            "a symbolic link",
            () => {
                link("settings/run/address");
            },
        ],
        [
            "a hard link to another file",
            () => {
                linkSync(at("victim/secret"), at("settings/run/address"));
            },
        ],
        ["a pipe", () => execFileSync("mkfifo", [at("settings/run/address")])],
        [
            "a file in a directory that is a link",
            () => {
                link("settings/run", "victim");
            },
        ],
        ["a file that does not exist", () => undefined],
    ])("nothing from %s", (_what, plant) => {
        plant();
        expect(read("settings/run/address")).toBe("");
        expect(read("settings/run/secret")).toBe("");
        rmSync(at("settings/run"), { recursive: true });
    });

    test("nothing from a link that replaces the file in between", () => {
        write("settings/run/address", "one\n");
        // The state in which the link was opened.
        expect(agent(`print_opened ${at("settings/run/address")} 3<${at("victim/secret")}`)).toBe("");
    });

    test.each<[string, string, string]>([
        [
            "the password for its login",
            "settings/acl/password.conf",
            `password_log_in ${at("settings/acl/password.conf")}`,
        ],
        ["users that were created by hand", "settings/acl/users.acl", "saved_users </dev/null"],
        ["users that an earlier release created", "settings/acl/users.acl", "created_followers"],
        ["the address of its primary", "primary/run/address", "wanted() { echo nearby; }; primary_address"],
        ["the address of its tunnel", "settings/run/link", "wanted() { echo tunnel; }; primary_address"],
        ["the version that wrote the data", "data/.redis-server", "server_version"],
        ["the flavor of the data", "data/.redis-database", "data_flavor"],
    ])("through no link: %s", (_what, file, command) => {
        link(file);
        expect(agent(command)).toBe("");
    });

    test("through no link: the owner of the data", () => {
        link("data/.redis-database");
        expect(agent("refuse_owner")).not.toContain("hidden");
    });

    test("through no link: the kind of file that the next start must read, which it would write back", () => {
        link("settings/run/unsettled");
        const stubs = [
            "check_stopped_primary",
            "check_databases_of_stopped_server",
            "keep_former_limits",
            "claim_data",
            "users_write",
            "commit",
        ];
        agent(
            `${stubs.map((name) => `${name}() { :; }`).join("\n")}\nunsettle() { echo "$1"; }\napply_to_stopped_server`,
        );
        expect(agent(`first_line_of ${at("settings/run/unsettled")}`)).toBe("");
    });
});

describe("root writes", () => {
    const file = (name: string) => lstatSync(at(name)).isFile();

    test.each(["settings/acl/users.acl", "settings/run/primary"])(
        "%s as a new file, even if a link has its name",
        (name) => {
            link(name);
            link(`${name}.new`);
            agent(`echo text | replace_file ${at(name)} '' 600`);
            expect([file(name), text(name)]).toEqual([true, "text\n"]);
            expect(readdirSync(at("settings"))).not.toContain("new");
        },
    );

    test("no file inside a directory that has its name", () => {
        mkdirSync(at("settings/run/primary"));
        expect(agent(`echo text | replace_file ${at("settings/run/primary")} '' 600 || echo failed`)).toContain(
            "failed",
        );
        expect(readdirSync(at("settings/run/primary"))).toEqual([]);
    });

    test.each([
        ["a marker", "settings/run/promoted", `place_marker ${at("settings/run/promoted")}`],
        ["the reason of a refusal", "settings/run/refused", 'echo reason | replace_file "$refusal_file" "" 644'],
        ["how to recover blocked replicas", "settings/run/held", "block_access so"],
        [
            "that it is locked out",
            "settings/run/locked_out",
            "send() { cat >/dev/null; echo 'NOPERM no'; }; wanted_access=users; observe || true",
        ],
        ["the kind of file that the next start must read", "settings/run/unsettled", "unsettle aof"],
    ])("through no link: %s", (_what, name, command) => {
        link(name, "victim/none");
        agent(command);
        expect(file(name)).toBe(true);
        link(name);
        agent(command);
    });

    test("users with rules of a later version through no link", () => {
        link("settings/acl/users.acl");
        agent("rules_too_new() { echo '&*'; }\nallow_all_channels");
        expect(text("settings/acl/users.acl")).toBe("");
    });

    test.each([
        ["no database", ""],
        ["this database", "own-id rdb p/s/db\n"],
    ])("the owner of the data through no link, if the former owner was %s", (_who, owner) => {
        if (owner) write("data/.redis-database", owner);
        link("data/.redis-database.own-id");
        agent('owner_found=$(first_line_of "$owner_file")\nclaim_data');
        expect([file("data/.redis-database"), text("data/.redis-database")]).toEqual([true, "own-id aof p/s/db\n"]);
    });

    test("the certificates of a refill through no link, and from no other directory", () => {
        write("settings/tls/ca.crt", "ca\n");
        write("settings/offers/copy.crt", "copy\n");
        link("settings/run/refill.crt");
        const stubs = `info() { [ "$2" != master_link_status ] || echo up; }\nsleep() { :; }\nrm() { [ "$2" = "$refill_ca_file" ] || command rm "$@"; }`;
        agent(`${stubs}\nfollow_offer "1 2 address password ../../victim/copy"`);
        expect([file("settings/run/refill.crt"), text("settings/run/refill.crt")]).toEqual([true, "ca\ncopy\n"]);
    });
});

describe("root changes the owner of, moves and removes", () => {
    beforeEach(() => {
        write("bin/chown", `#!/bin/sh\necho "chown $*"\n`);
        chmodSync(at("bin/chown"), 0o755);
        write("data/dump.rdb", "REDIS0011");
    });
    const adopt = (kind: string) =>
        agent(`unset -f chown; kind=${kind}; say() { :; }; unsettle() { :; }; (adopt_files) || echo failed`);

    test("adopted files, and links themselves", () => {
        link("data/link");
        mkdirSync(at("data/appendonlydir"));
        write("data/appendonlydir/one", "");
        const words = adopt("none").split(/\s/).sort();
        const names = ["./appendonlydir", "./dump.rdb", "./link", "./one"];
        expect(words).toEqual(["-h", "-h", ...names, "999:999", "999:999", "chown", "chown"]);
    });

    test("nothing in the target directory of a link", () => {
        link("data/appendonlydir", "victim");
        expect(adopt("none")).not.toContain("secret");
        expect(adopt("none")).toContain(`${at("data/appendonlydir")} is a link`);
    });

    test("nothing to the target directory of a link", () => {
        link("data/before-adoption", "victim");
        expect(adopt("aof")).toContain(`${at("data/before-adoption")} is a link`);
        expect(existsSync(at("data/dump.rdb"))).toBe(true);
    });

    test("a directory of files, and a link itself", () => {
        mkdirSync(at("data/appendonlydir"));
        write("data/appendonlydir/.hidden", "");
        write("data/appendonlydir/one", "");
        agent(`remove_dir ${at("data/appendonlydir")}`);
        link("data/link", "victim");
        agent(`remove_dir ${at("data/link")}`);
        expect(readdirSync(at("data"))).toEqual(["dump.rdb"]);
        expect(agent(`remove_dir ${at("data/none")}`)).toBe("");
    });

    test("nothing in the target of a link that replaces the directory in between", () => {
        mkdirSync(at("data/appendonlydir"));
        write("data/appendonlydir/secret", "");
        const swap = `rm() { mv ${at("data/appendonlydir")} ${at("data/away")}; ln -s ${at("victim")} ${at("data/appendonlydir")}; command rm "$@"; }`;
        agent(`${swap}\nremove_dir ${at("data/appendonlydir")}`);
        expect(existsSync(at("data/away/secret"))).toBe(false);
    });
});
