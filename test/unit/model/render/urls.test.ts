/** Connection URLs, read back by Node and by a Redis client. */
import { BlockList } from "node:net";
import fc from "fast-check";
import { Redis } from "ioredis";
import { checkEach } from "../../../../provider/model/arguments/check";
import { releaseNames } from "../../../../provider/model/catalog/versions";
import { connectionUrl, credentials, userOf } from "../../../../provider/model/render/urls";

const password = fc
    .oneof(fc.string({ minLength: 1, unit: "binary" }), fc.stringMatching(/^[:/@%?#[\]\\ +&=~]{1,20}$/))
    .filter((text) => checkEach({ password: text }).findings.length === 0);
const name = fc.oneof(fc.domain(), fc.constantFrom("localhost", "redis-1", "my_host.internal"));
const port = fc.integer({ min: 1, max: 65535 });
const scheme = fc.constantFrom("redis" as const, "rediss" as const);

/** The same address, whatever its spelling. */
function sameAddress(family: "ipv4" | "ipv6", a: string, b: string): boolean {
    const list = new BlockList();
    list.addAddress(a, family);
    return list.check(b, family);
}

function asNodeReadsIt(url: string) {
    const { protocol, username, password, hostname, port } = new URL(url);
    return { protocol, username, password: decodeURIComponent(password), hostname, port: Number(port) };
}

function asIoredisReadsIt(url: string) {
    const { options } = new Redis(url, { lazyConnect: true });
    const { host = "", port, username, password, tls } = options;
    return { host, port, username, password, tls: Boolean(tls) };
}

test("any password comes back from Node's URL", () => {
    fc.assert(
        fc.property(scheme, name, port, password, (scheme, host, port, password) => {
            const url = connectionUrl(scheme, { host, port }, { user: "app", password });
            expect(asNodeReadsIt(url)).toEqual({
                protocol: `${scheme}:`,
                username: "app",
                password,
                hostname: host,
                port,
            });
        }),
        { numRuns: 500 },
    );
});

test("any password comes back from ioredis, with TLS where the scheme says so", () => {
    fc.assert(
        fc.property(scheme, name, port, password, (scheme, host, port, password) => {
            const url = connectionUrl(scheme, { host, port }, { user: "app", password });
            expect(asIoredisReadsIt(url)).toEqual({ host, port, username: "app", password, tls: scheme === "rediss" });
        }),
        { numRuns: 500 },
    );
});

test.each([
    ["ipv4", fc.ipV4()],
    ["ipv6", fc.ipV6()],
] as const)("any %s address comes back from both", (family, address) => {
    fc.assert(
        fc.property(scheme, address, port, (scheme, host, port) => {
            const url = connectionUrl(scheme, { host, port }, { user: "app", password: "p" });
            const node = asNodeReadsIt(url);
            expect(sameAddress(family, host, node.hostname.replace(/^\[|\]$/g, ""))).toBe(true);
            expect(node.port).toBe(port);
            const ioredis = asIoredisReadsIt(url);
            expect(sameAddress(family, host, ioredis.host)).toBe(true);
            expect(ioredis.port).toBe(port);
        }),
    );
});

test("an IPv6 host is bracketed, a password is percent-encoded", () => {
    expect(connectionUrl("redis", { host: "::1", port: 6379 }, { user: "app", password: "a:b/c@d%e" })).toBe(
        "redis://app:a%3Ab%2Fc%40d%25e@[::1]:6379",
    );
});

test("before 6.0 no user is named, since those servers know none; from 6.0, and in Valkey, one is", () => {
    const without = releaseNames.filter((release) => userOf(release) === "");
    expect(without).toEqual(["2.8", "3.0", "3.2", "4.0", "5.0"]);
    expect(releaseNames.filter((release) => userOf(release) === "app")).toHaveLength(releaseNames.length - 5);
});

test("without a user, any password comes back all the same", () => {
    fc.assert(
        fc.property(scheme, name, port, password, (scheme, host, port, password) => {
            const url = connectionUrl(scheme, { host, port }, { user: "", password });
            expect(url.startsWith(`${scheme}://:`)).toBe(true);
            expect(asNodeReadsIt(url)).toMatchObject({ username: "", password, hostname: host, port });
            expect(asIoredisReadsIt(url)).toMatchObject({ host, port, password });
            expect(asIoredisReadsIt(url).username).toBeFalsy();
        }),
        { numRuns: 300 },
    );
});

describe("credentials, in the service's shape", () => {
    const tlsUrl = "rediss://app:p@h:2";

    test("both ports open: two ways in, plaintext the default", () => {
        expect(credentials({ url: "redis://app:p@h:1", tlsUrl })).toEqual([
            { type: "redis", default: true, connectionUrl: "redis://app:p@h:1" },
            { type: "redis+ssl", default: false, connectionUrl: tlsUrl },
        ]);
    });

    test("plaintext closed: TLS alone, and the default", () => {
        expect(credentials({ tlsUrl })).toEqual([{ type: "redis+ssl", default: true, connectionUrl: tlsUrl }]);
    });
});
