/**
 * Versions before 6.0, which know no users and speak no TLS: each flavor of those that run here, from first up to
 * nothing left, with the terminator in front.
 */
import Redis from "ioredis";
import { flavorNames } from "../../provider/spec/versions";
import { present } from "../support/present";
import { Client, belongings, docker, handshake, until } from "./docker";
import { TestStack, findingsIn } from "./stack";
import { TlsTraffic } from "./traffic";

type Args = Readonly<Record<string, unknown>>;

const all: { name: string; version: string; flavor: string }[] = ["2.8", "3.0", "3.2", "5.0"].flatMap((version) =>
    flavorNames.map((flavor) => ({ name: `v${version.replace(".", "")}-${flavor}`, version, flavor })),
);
const names = all.map(({ name }) => name);

interface Database {
    readonly url: string;
    readonly tlsUrl: string;
    readonly caCertPem: string;
    readonly password: string;
    readonly containerName: string;
    readonly agent: string;
    readonly terminator?: string;
}

describe("versions before 6.0", () => {
    let stack: TestStack;
    let client: Client;
    let outputs: Readonly<Record<string, Database>> = {};
    const of = (name: string) => present(outputs[name]);

    /** All databases, with what `more` says of each. */
    async function up(more: (name: string) => Args = () => ({})): Promise<Readonly<Record<string, number>>> {
        stack.program(
            all
                .map(({ name, version, flavor }) => {
                    const args = JSON.stringify({ version, flavor, memoryMb: 64, ...more(name) });
                    return `{ const { url, tlsUrl, caCertPem, password, containerName, nodes } = new RedisDatabase("${name}", ${args});
                        exports["${name}"] = { url, tlsUrl, caCertPem, password, containerName, agent: nodes.agent.name, terminator: nodes.terminator?.name }; }`;
                })
                .join("\n"),
        );
        const { summary, outputs: made } = await stack.up();
        outputs = Object.fromEntries(names.map((name) => [name, present(made[name]).value as Database]));
        return summary;
    }

    /** With the URL as it is, by a client that is not ours. */
    async function ioredis(name: string, work: (redis: Redis) => Promise<unknown>, over: "url" | "tlsUrl" = "tlsUrl") {
        const redis = new Redis(of(name)[over], {
            ...(over === "tlsUrl" && { tls: { ca: of(name).caCertPem } }),
            retryStrategy: () => null,
            maxRetriesPerRequest: 0,
        });
        redis.on("error", () => undefined);
        try {
            return await work(redis);
        } finally {
            redis.disconnect();
        }
    }

    const idOf = (container: string) => docker("inspect", "-f", "{{.Id}}", container);
    const tlsPortOf = (name: string) => Number(new URL(of(name).tlsUrl).port);
    const speaks = (name: string, ...flags: string[]) => {
        const { text } = handshake("localhost", tlsPortOf(name), of(name).caCertPem, flags);
        return /^ *Protocol *: (?!.*NONE)|^New, TLSv/m.test(text) && !text.includes("Cipher is (NONE)");
    };

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("old-versions");
        await up();
    });

    afterAll(async () => {
        client.close();
        await stack.close();
        expect(belongings(names)).toEqual([]);
    });

    test.each(names)("%s answers PING on both ports, with its URLs as they are", async (name) => {
        const { url, tlsUrl, caCertPem } = of(name);
        expect(client.redis(url, ["PING"])).toBe("PONG");
        expect(client.redis(tlsUrl, ["PING"], { caCertPem })).toBe("PONG");
        // Of the URL itself only one as old as the server makes the login that it knows; later ones send a user.
        const old = docker(
            "run",
            "--rm",
            "--network",
            "host",
            "redis:5.0",
            "redis-cli",
            "--no-auth-warning",
            "-u",
            url,
            "PING",
        );
        expect(old).toBe("PONG");
        for (const over of ["url", "tlsUrl"] as const) {
            expect(await ioredis(name, (redis) => redis.ping(), over)).toBe("PONG");
        }
    });

    test.each(names)("%s refuses a client without a password, and plaintext on the TLS port", (name) => {
        expect(client.run(["redis-cli", "-p", new URL(of(name).url).port, "PING"]).text).toContain("NOAUTH");
        const { text } = client.run(["redis-cli", "-p", String(tlsPortOf(name)), "PING"]);
        expect(text).toMatch(/closed|reset/i);
    });

    test.each(names)("%s speaks TLS 1.2 and 1.3 and nothing older, with a certificate for its host", (name) => {
        expect(speaks(name, "-tls1_2", "-verify_hostname", "localhost")).toBe(true);
        expect(speaks(name, "-tls1_3")).toBe(true);
        for (const old of ["-tls1", "-tls1_1"]) expect(speaks(name, old, "-cipher", "DEFAULT:@SECLEVEL=0")).toBe(false);
    });

    test("a second up is empty, and so is one after a refresh", async () => {
        const everything = { same: 1 + all.length * 14 };
        expect(await up()).toEqual(everything);
        expect(await stack.refresh()).toEqual(everything);
        expect(await stack.preview()).toEqual(everything);
    });

    test("the password is on no command line, in no environment, no label and no log, and in no file for others", () => {
        for (const { name } of all) {
            const { password, containerName, terminator, agent } = of(name);
            for (const container of [containerName, present(terminator), agent]) {
                const seen = docker("inspect", container) + docker("top", container) + docker("logs", container);
                expect(seen).not.toContain(password);
            }
            const files = docker("exec", agent, "grep", "-rlF", password, "/settings", "/desired", "/tmp").split("\n");
            expect(files.length).toBeGreaterThan(0);
            for (const file of files) {
                expect([file, docker("exec", agent, "stat", "-c", "%a", file)]).toEqual([file, "600"]);
            }
        }
    });

    test.each(all)("$name keeps what its flavor promises when it is killed", async ({ name, flavor }) => {
        const { url, containerName } = of(name);
        await ioredis(name, async (redis) => {
            await redis.set("dumped", "1");
            if (flavor !== "nordb") await redis.save();
            await redis.set("after-the-dump", "1");
        });
        // Longer than the second after which appendfsync everysec has synced.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        docker("kill", "-s", "KILL", containerName);
        docker("start", containerName);
        await until(() => client.redis(url, ["PING"]) === "PONG");
        const kept = { aof: ["1", "1"], rdb: ["1", null], nordb: [null, null] }[flavor];
        // Over TLS: the terminator has found the server again.
        expect(await ioredis(name, (redis) => redis.mget("dumped", "after-the-dump"))).toEqual(kept);
    });

    test.each(all)("$name has the files of its flavor, and the service's save points", async ({ name, flavor }) => {
        const files = docker("exec", of(name).containerName, "ls", "/data").split("\n").filter(Boolean);
        expect(files).toEqual({ aof: ["appendonly.aof", "dump.rdb"], rdb: ["dump.rdb"], nordb: [] }[flavor]);
        expect(await ioredis(name, (redis) => redis.config("GET", "save"))).toEqual([
            "save",
            flavor === "nordb" ? "" : "900 1 300 10 60 10000",
        ]);
    });

    test("a certificate is changed under clients that never stop: none fails, none reconnects", async () => {
        const containers = names.map((name) => [idOf(of(name).containerName), idOf(present(of(name).terminator))]);
        const traffic = names.map((name) => new TlsTraffic(of(name).tlsUrl, of(name).caCertPem));
        await up(() => ({ tls: { hosts: ["redis.example.com"] } }));
        const reports = await Promise.all(traffic.map((each) => each.stop()));
        for (const { requests, ...trouble } of reports) {
            expect(requests).toBeGreaterThan(50);
            expect(trouble).toEqual({ failures: 0, reconnects: 0, lost: 0 });
        }
        expect(names.map((name) => [idOf(of(name).containerName), idOf(present(of(name).terminator))])).toEqual(
            containers,
        );
        for (const name of names) expect(speaks(name, "-verify_hostname", "redis.example.com")).toBe(true);
    });

    test("a password is replaced at once: who is connected stays, the old one opens no door any more", async () => {
        const old = outputs;
        const containers = names.map((name) => idOf(of(name).containerName));
        const traffic = names.map((name) => new TlsTraffic(of(name).tlsUrl, of(name).caCertPem));
        await up(() => ({ tls: { hosts: ["redis.example.com"] }, passwordVersion: 2 }));
        const reports = await Promise.all(traffic.map((each) => each.stop()));
        for (const report of reports) expect(report).toMatchObject({ failures: 0, reconnects: 0, lost: 0 });
        for (const name of names) {
            expect(await ioredis(name, (redis) => redis.ping())).toBe("PONG");
            expect(client.redis(present(old[name]).url, ["PING"])).toMatch(/invalid password|NOAUTH/);
        }
        expect(names.map((name) => idOf(of(name).containerName))).toEqual(containers);
    });

    test("TLS 1.0 and 1.1 where they are asked for; the server stays, its terminator is another one", async () => {
        const name = "v32-aof";
        const [server, terminator] = [idOf(of(name).containerName), idOf(present(of(name).terminator))];
        const protocols = ["TLSv1.0", "TLSv1.1", "TLSv1.2"];
        const more = (each: string) => ({
            tls: { hosts: ["redis.example.com"], ...(each === name && { protocols }) },
            passwordVersion: 2,
        });
        await up(more);
        for (const old of ["-tls1", "-tls1_1"]) expect(speaks(name, old, "-cipher", "DEFAULT:@SECLEVEL=0")).toBe(true);
        expect(speaks(name, "-tls1_2")).toBe(true);
        expect(speaks(name, "-tls1_3")).toBe(false);
        expect(idOf(of(name).containerName)).toBe(server);
        expect(idOf(present(of(name).terminator))).not.toBe(terminator);
        expect((await up(more)).same).toBe(1 + all.length * 14);
    });

    test("5.0 becomes 8.0, of each flavor: the data stays, the terminator goes, users come", async () => {
        const upgraded = all.filter(({ version }) => version === "5.0");
        for (const { name } of upgraded) await ioredis(name, (redis) => redis.set("from", "5.0"));
        for (const database of upgraded) database.version = "8.0";
        await up(() => ({ tls: { hosts: ["redis.example.com"] }, passwordVersion: 2 }));
        for (const { name } of upgraded) {
            expect(of(name).terminator).toBeUndefined();
            expect(of(name).url).toContain("://app:");
            expect(await ioredis(name, (redis) => redis.get("from"))).toBe("5.0");
            expect(docker("ps", "-aq", "--filter", `name=^/${name}-terminator`)).toBe("");
        }
        const everything = { same: 1 + all.length * 14 - upgraded.length };
        expect(await up(() => ({ tls: { hosts: ["redis.example.com"] }, passwordVersion: 2 }))).toEqual(everything);
    });

    test("a version that is an Output comes too late to tell whether there is a terminator", async () => {
        stack.program('new RedisDatabase("late", { version: pulumi.output("5.0") });');
        expect(findingsIn(await stack.failure("preview"))).toContain(
            "version: is an Output, but Redis 5.0 needs a resource more than others: a terminator",
        );
    });
});
