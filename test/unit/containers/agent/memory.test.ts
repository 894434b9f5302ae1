/** What the agent makes of `memoryMb`, in a real shell: limits that stay, and limits that wait for Docker. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inShell, root, write } from "../../support/agentShell";

const agent = (commands: string) => inShell([], commands);

beforeEach(() => {
    for (const directory of ["settings/current", "settings/run", "tmp", "generation"]) {
        rmSync(join(root, directory), { recursive: true, force: true });
        mkdirSync(join(root, directory), { recursive: true });
    }
});

describe("maxmemory", () => {
    const settings = (facts: Readonly<Record<string, string | number>>) =>
        Object.entries(facts)
            .map(([name, value]) => `${name}=${value}\n`)
            .join("");
    const size = { memory_mb: 512, flavor: "aof", backlog_mb: 0 };
    const wanted = { ...size, maxmemory_mb: 183, clients_mb: 80 };

    /** What becomes of the wanted settings where those in force are `current`. */
    function kept(current: Readonly<Record<string, string | number>>, now: Readonly<Record<string, string | number>>) {
        write("settings/current/database", settings(current));
        write("generation/database", settings(now));
        write("generation/redis.conf", `maxmemory ${now.maxmemory_mb}mb\nmaxmemory-clients 64mb\n`);
        agent("keep_maxmemory");
        return [
            /maxmemory_mb=(\d+)/.exec(readFileSync(join(root, "generation/database"), "utf8"))?.[1],
            readFileSync(join(root, "generation/redis.conf"), "utf8"),
        ];
    }
    const as = (mb: number) => [String(mb), `maxmemory ${mb}mb\nmaxmemory-clients 64mb\n`];

    beforeEach(() => {
        rmSync(join(root, "settings/maxmemory"), { force: true });
    });

    test("of an earlier release stays until the program changes what it follows from", () => {
        expect(kept({ ...size, maxmemory_mb: 218 }, wanted)).toEqual(as(218));
        // Another update, and an agent that starts again.
        const current = { ...wanted, maxmemory_mb: 218 };
        expect(kept(current, wanted)).toEqual(as(218));
        expect(kept(current, { ...wanted, clients_mb: 120, maxmemory_mb: 150 })).toEqual(as(150));
        expect(kept(wanted, wanted)).toEqual(as(183));
    });

    test.each<[string, object, object]>([
        ["of a new database is the wanted one", {}, wanted],
        ["that this release made follows the program", { ...wanted, maxmemory_mb: 218 }, wanted],
        ["of another size follows the program", { ...size, memory_mb: 500, maxmemory_mb: 212 }, wanted],
        ["of another flavor follows the program", { ...size, flavor: "nordb", maxmemory_mb: 372 }, wanted],
        ["that grows does so", { ...size, maxmemory_mb: 100 }, wanted],
    ])("%s", (_name, current, now) => {
        expect(kept(current as never, now as never)).toEqual(as(183));
    });
});

describe("more memory", () => {
    const conf = (mb: number) => `port 6379\nmaxmemory ${mb}mb\nproto-max-bulk-len ${mb}mb\n`;
    const held = () =>
        existsSync(join(root, "settings/limits.conf")) && readFileSync(join(root, "settings/limits.conf"), "utf8");

    function hold([memory, maxmemory]: [number, number], [wantedMemory, wantedMaxmemory]: [number, number]) {
        write("settings/current/database", `memory_mb=${memory}\nmaxmemory_mb=${maxmemory}\n`);
        write("settings/current/redis.conf", conf(maxmemory));
        write("generation/database", `memory_mb=${wantedMemory}\nmaxmemory_mb=${wantedMaxmemory}\n`);
        agent("keep_former_limits");
    }

    beforeEach(() => {
        rmSync(join(root, "settings/limits.conf"), { force: true });
        rmSync(join(root, "settings/run/memory"), { force: true });
    });

    test("leaves the limits that grow with it until Docker has given it", () => {
        hold([64, 16], [128, 40]);
        expect(held()).toBe("maxmemory 16mb\nproto-max-bulk-len 16mb\n");
        write(
            "tmp/applicable.settings",
            "maxmemory\t1\nproto-max-bulk-len\t2\nproto-max-bulk-lenient\t3\ntimeout\t4\n",
        );
        agent(`exclude_held_limits ${root}/tmp/applicable.settings`);
        expect(readFileSync(join(root, "tmp/applicable.settings"), "utf8")).toBe(
            "proto-max-bulk-lenient\t3\ntimeout\t4\n",
        );
        const awaits = () => agent("awaits_memory && echo awaits || echo has it");
        expect(awaits()).toBe("awaits");
        write("settings/run/memory", "64\n");
        expect(awaits()).toBe("awaits");
        // Another update in between, and one that asks for still more: the container has what it had.
        hold([128, 40], [128, 40]);
        hold([128, 40], [256, 90]);
        expect(held()).toContain("maxmemory 16mb");
        write("settings/run/memory", "256\n");
        expect(awaits()).toBe("has it");
    });

    test("with less room for data does not leave maxmemory too high", () => {
        hold([64, 33], [96, 28]);
        expect(held()).toBe("proto-max-bulk-len 33mb\n");
    });

    test("that is no longer wanted, or is less, holds nothing", () => {
        hold([64, 16], [128, 40]);
        write("settings/run/memory", "64\n");
        hold([128, 40], [64, 16]);
        expect(held()).toBe(false);
    });
});

test.each([
    ["16", "16", "keeps"],
    ["16", "4", "lowered"],
    ["16", "32", "keeps"],
])("a setting from %s to %s %s", (before, after, expected) => {
    write("tmp/running.settings", `databases\t${before}\n`);
    write("tmp/trial.settings", `databases\t${after}\n`);
    expect(agent("is_lowered databases && echo lowered || echo keeps")).toBe(expected);
});
