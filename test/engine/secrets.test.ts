/**
 * Secrets appear nowhere: not in `docker inspect`, command lines, environments, logs, the CLI's output or the
 * unencrypted state.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { docker } from "./support/docker";
import { TestStack } from "./support/stack";
import { TestDatabase } from "./support/testDatabase";
import { present } from "../support/present";

interface Created {
    readonly password: string;
    readonly key: string;
    readonly caKey: string;
    readonly containers: string[];
    readonly volume: string;
}

describe("a database's secrets", () => {
    const given = "a-password-of-the-program-4711";
    let stack: TestStack;
    let output: string;
    let secrets: Record<string, string>;
    let containers: string[];

    beforeAll(async () => {
        stack = await TestStack.create("secrets");
        stack.program(
            `const create = (name, args) => { const { nodes, password } = new RedisDatabase(name, { memoryMb: 64, ...args });
               return { password, key: nodes.key.privateKeyPem, caKey: nodes.caKey.privateKeyPem,
                        containers: [nodes.agent.name, nodes.server.name], volume: nodes.settingsVolume.name }; };
             exports.random = create("random", {}); exports.given = create("given", { password: "${given}" });`,
        );
        ({ output } = await stack.up());
        const [withRandom, withGiven] = [await stack.value<Created>("random"), await stack.value<Created>("given")];
        containers = [...withRandom.containers, ...withGiven.containers];
        const secretOf = (volume: string, user: string) =>
            docker("run", "--rm", "-v", `${volume}:/settings:ro`, "redis:8.0", "cat", `/settings/${user}.secret`);
        const body = (pem: string) => present(pem.split("\n")[1]);
        secrets = {
            "random password": withRandom.password,
            "given password": withGiven.password,
            "server key": body(withRandom.key),
            "CA key": body(withRandom.caKey),
            "agent's password": secretOf(withRandom.volume, "agent"),
            "health check's password": secretOf(withRandom.volume, "health"),
        };
    });

    afterAll(() => stack.close());

    /** The names of the secrets in a text. */
    const found = (text: string) =>
        Object.entries(secrets)
            .filter(([, secret]) => text.includes(secret))
            .map(([name]) => name);

    test("are long enough to be searched for", () => {
        expect(secrets["given password"]).toBe(given);
        for (const secret of Object.values(secrets)) expect(secret.length).toBeGreaterThan(20);
    });

    test("are not in docker inspect or docker logs", () => {
        for (const name of containers) {
            expect(found(docker("inspect", name))).toEqual([]);
            expect(found(docker("logs", name))).toEqual([]);
        }
    });

    test("are not in the command line or environment of any process, health checks included", async () => {
        const seen = new Set<string>();
        for (const end = Date.now() + 12_000; Date.now() < end;) {
            for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
                for (const file of ["cmdline", "environ"]) {
                    try {
                        found(readFileSync(join("/proc", pid, file), "utf8")).forEach((name) => seen.add(name));
                    } catch {
                        // The process has ended in the meantime.
                    }
                }
            }
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
        expect([...seen]).toEqual([]);
    });

    test("are neither in the CLI's output nor in the state on the disk", () => {
        expect(found(output)).toEqual([]);
        const files = readdirSync(join(stack.directory, "state"), { recursive: true, withFileTypes: true });
        const state = files
            .filter((file) => file.isFile())
            .map((file) => readFileSync(join(file.parentPath, file.name), "utf8"));
        expect(state.join("")).toContain("redis-database:index:RedisDatabase");
        expect(found(state.join(""))).toEqual([]);
    });

    test("are readable on the settings volume only by the processes that need them", () => {
        const listing = docker("exec", present(containers[1]), "ls", "-lLn", "/settings", "/settings/current/");
        expect(listing).toMatch(/^-rw------- 1 +0 +0 .* agent\.secret$/m);
        expect(listing).toMatch(/^-rw-r----- 1 +0 +999 .* health\.secret$/m);
        expect(listing).toMatch(/^-rw-r----- 1 +0 +999 .* tls\.key$/m);
    });
});

describe("the server's container", () => {
    let db: TestDatabase;
    let name: string;

    beforeAll(async () => {
        db = await TestDatabase.create("hardening", { memoryMb: 64 });
        name = await db.server();
    });

    afterAll(() => db.close());

    test("runs as uid 999 without any capability or way to get one", () => {
        const status = docker("exec", name, "cat", "/proc/1/status");
        expect(status).toMatch(/^Uid:\s+999\s+999\s+999\s+999$/m);
        for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
            expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, "m"));
        expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    });

    test("can write its data but not its settings", () => {
        const write = (path: string) => docker("exec", name, "sh", "-c", `touch ${path} 2>&1 && echo written || true`);
        expect(write("/data/probe")).toBe("written");
        for (const path of ["/etc/probe", "/settings/probe", "/settings/current/redis.conf", "/settings/tls/tls.crt"]) {
            expect(write(path)).toMatch(/Read-only file system|Permission denied/);
        }
        docker("exec", name, "rm", "/data/probe");
    });
});
