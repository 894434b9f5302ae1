/** Each flavor on the oldest version, the oldest with multi-part AOF and the default, from first up to nothing left. */
import { Client, belongings, docker, handshake, until } from "./docker";
import { TestStack } from "./stack";
import { present } from "../support/present";

const databases = ["6.0", "7.0", "8.0"].flatMap((version) =>
    (["aof", "rdb", "nordb"] as const).map((flavor) => ({
        name: `v${version.replace(".", "")}-${flavor}`,
        version,
        flavor,
    })),
);
const names = databases.map(({ name }) => name);

interface Database {
    readonly url: string;
    readonly tlsUrl: string;
    readonly caCertPem: string;
    readonly containerName: string;
}

describe("a database of each flavor", () => {
    let stack: TestStack;
    let client: Client;
    const outputs: Record<string, Database> = {};
    const of = (name: string) => present(outputs[name]);

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("flavors");
        stack.program(
            databases
                .map(
                    ({ name, version, flavor }) =>
                        `{ const { url, tlsUrl, caCertPem, containerName } = new RedisDatabase("${name}", ` +
                        `{ version: "${version}", flavor: "${flavor}", memoryMb: 64 });\n` +
                        `exports["${name}"] = { url, tlsUrl, caCertPem, containerName }; }`,
                )
                .join("\n"),
        );
        const { outputs: made } = await stack.up();
        for (const name of names) outputs[name] = present(made[name]).value as Database;
    });

    afterAll(async () => {
        client.close();
        await stack.close();
        expect(belongings(names)).toEqual([]);
    });

    test.each(names)("%s answers PING on both ports, over TLS with the CA verified", (name) => {
        const { url, tlsUrl, caCertPem } = of(name);
        expect(client.redis(url, ["PING"])).toBe("PONG");
        expect(client.redis(tlsUrl, ["PING"], { caCertPem })).toBe("PONG");
    });

    test.each(names)("%s serves the same data on both ports", (name) => {
        const { url, tlsUrl, caCertPem } = of(name);
        expect(client.redis(url, ["SET", "greeting", "hello"])).toBe("OK");
        expect(client.redis(tlsUrl, ["GET", "greeting"], { caCertPem })).toBe("hello");
    });

    test.each(names)("%s shows openssl a certificate that is valid for its host name", (name) => {
        const { tlsUrl, caCertPem } = of(name);
        const { text, status } = handshake("localhost", Number(new URL(tlsUrl).port), caCertPem, [
            "-verify_hostname",
            "localhost",
            "-x509_strict",
        ]);
        expect(text).toContain("Verified peername: localhost");
        expect(text).toContain("Verify return code: 0 (ok)");
        expect(status).toBe(0);
    });

    test.each(names)("%s refuses a client without a password", (name) => {
        const { port } = new URL(of(name).url);
        expect(client.run(["redis-cli", "-p", port, "PING"]).text).toContain("NOAUTH");
    });

    test("a second up is empty, and so is one after a refresh", async () => {
        const everything = { same: 1 + databases.length * 13 };
        expect((await stack.up()).summary).toEqual(everything);
        expect(await stack.refresh()).toEqual(everything);
        expect((await stack.up()).summary).toEqual(everything);
    });

    test.each(databases)("$name keeps what its flavor promises when it is killed", async ({ name, flavor }) => {
        const { url, containerName } = of(name);
        const redis = (...command: string[]) => client.redis(url, command);
        redis("SET", "dumped", "1");
        if (flavor !== "nordb") expect(redis("SAVE")).toBe("OK");
        redis("SET", "after-the-dump", "1");
        // Longer than the second after which appendfsync everysec has synced.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        docker("kill", "-s", "KILL", containerName);
        docker("start", containerName);
        await until(() => redis("PING") === "PONG");
        const kept = { aof: ["1", "1"], rdb: ["1", ""], nordb: ["", ""] }[flavor];
        expect([redis("GET", "dumped"), redis("GET", "after-the-dump")]).toEqual(kept);
    });

    test.each(databases)(
        "$name has the files of its flavor on its volume, and the service's save points",
        ({ name, version, flavor }) => {
            const { containerName, url } = of(name);
            const log = version === "6.0" ? "appendonly.aof" : "appendonlydir";
            const files = docker("exec", containerName, "ls", "/data").split("\n").filter(Boolean);
            expect(files).toEqual({ aof: [log, "dump.rdb"], rdb: ["dump.rdb"], nordb: [] }[flavor]);
            expect(client.redis(url, ["CONFIG", "GET", "save"])).toBe(
                flavor === "nordb" ? "save" : "save\n900 1 300 10 60 10000",
            );
        },
    );

    test("up after a kill and a start is empty: URLs stay the same", async () => {
        expect((await stack.refresh()).update ?? 0).toBe(0);
        const { summary, outputs: now } = await stack.up();
        expect(summary).toEqual({ same: 1 + databases.length * 13 });
        for (const name of names) expect(now[name]?.value).toEqual(of(name));
    });
});
