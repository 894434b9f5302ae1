/** How the agent applies `memoryMb`, in a real shell: limits that are kept, and limits that wait for Docker. */
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

    /** The wanted settings `now` after `keep_maxmemory`, with the settings in force `current`. */
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

    test("of an earlier release is kept until the program changes an argument that it depends on", () => {
        expect(kept({ ...size, maxmemory_mb: 218 }, wanted)).toEqual(as(218));
        // The same settings in another update.
        const current = { ...wanted, maxmemory_mb: 218 };
        expect(kept(current, wanted)).toEqual(as(218));
        expect(kept(current, { ...wanted, clients_mb: 120, maxmemory_mb: 150 })).toEqual(as(150));
        expect(kept(wanted, wanted)).toEqual(as(183));
    });

    test.each<[string, object, object]>([
        ["of a new database is the wanted one", {}, wanted],
        ["of this release follows the program", { ...wanted, maxmemory_mb: 218 }, wanted],
        ["of another size follows the program", { ...size, memory_mb: 500, maxmemory_mb: 212 }, wanted],
        ["of another flavor follows the program", { ...size, flavor: "nordb", maxmemory_mb: 372 }, wanted],
        ["that increases follows the program", { ...size, maxmemory_mb: 100 }, wanted],
    ])("%s", (_name, current, now) => {
        expect(kept(current as never, now as never)).toEqual(as(183));
    });
});

describe("more memory", () => {
    const conf = (mb: number) => `port 6379\nmaxmemory ${mb}mb\nproto-max-bulk-len ${mb}mb\n`;
    const keptLimits = () =>
        existsSync(join(root, "settings/limits.conf")) && readFileSync(join(root, "settings/limits.conf"), "utf8");

    function keepLimits([memory, maxmemory]: [number, number], [wantedMemory, wantedMaxmemory]: [number, number]) {
        write("settings/current/database", `memory_mb=${memory}\nmaxmemory_mb=${maxmemory}\n`);
        write("settings/current/redis.conf", conf(maxmemory));
        write("generation/database", `memory_mb=${wantedMemory}\nmaxmemory_mb=${wantedMaxmemory}\n`);
        agent("keep_former_limits");
    }

    beforeEach(() => {
        rmSync(join(root, "settings/limits.conf"), { force: true });
        rmSync(join(root, "settings/run/memory"), { force: true });
    });

    test("keeps the former limits until Docker has raised the container's limit", () => {
        keepLimits([64, 16], [128, 40]);
        expect(keptLimits()).toBe("maxmemory 16mb\nproto-max-bulk-len 16mb\n");
        write(
            "tmp/applicable.settings",
            "maxmemory\t1\nproto-max-bulk-len\t2\nproto-max-bulk-lenient\t3\ntimeout\t4\n",
        );
        agent(`exclude_held_limits ${root}/tmp/applicable.settings`);
        expect(readFileSync(join(root, "tmp/applicable.settings"), "utf8")).toBe(
            "proto-max-bulk-lenient\t3\ntimeout\t4\n",
        );
        const awaits = () => agent("awaits_memory && echo awaits || echo ready");
        expect(awaits()).toBe("awaits");
        write("settings/run/memory", "64\n");
        expect(awaits()).toBe("awaits");
        // Two more updates, the second with still more memory, before Docker has raised the limit.
        keepLimits([128, 40], [128, 40]);
        keepLimits([128, 40], [256, 90]);
        expect(keptLimits()).toContain("maxmemory 16mb");
        write("settings/run/memory", "256\n");
        expect(awaits()).toBe("ready");
    });

    test("with less memory for data does not keep a maxmemory that is too high", () => {
        keepLimits([64, 33], [96, 28]);
        expect(keptLimits()).toBe("proto-max-bulk-len 33mb\n");
    });

    test("that is no longer wanted keeps no limits", () => {
        keepLimits([64, 16], [128, 40]);
        write("settings/run/memory", "64\n");
        keepLimits([128, 40], [64, 16]);
        expect(keptLimits()).toBe(false);
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
