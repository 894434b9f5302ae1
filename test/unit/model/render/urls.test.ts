/** Connection URLs, parsed by Node.js and by a Redis client. */
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

/** Compares addresses, independent of their spelling. */
function sameAddress(family: "ipv4" | "ipv6", a: string, b: string): boolean {
    const list = new BlockList();
    list.addAddress(a, family);
    return list.check(b, family);
}

function parsedByNode(url: string) {
    const { protocol, username, password, hostname, port } = new URL(url);
    return { protocol, username, password: decodeURIComponent(password), hostname, port: Number(port) };
}

function parsedByIoredis(url: string) {
    const { options } = new Redis(url, { lazyConnect: true });
    const { host = "", port, username, password, tls } = options;
    return { host, port, username, password, tls: Boolean(tls) };
}

test("Node.js parses any password correctly", () => {
    fc.assert(
        fc.property(scheme, name, port, password, (scheme, host, port, password) => {
            const url = connectionUrl(scheme, { host, port }, { user: "app", password });
            expect(parsedByNode(url)).toEqual({
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

test("ioredis parses any password correctly, with TLS if the scheme is rediss", () => {
    fc.assert(
        fc.property(scheme, name, port, password, (scheme, host, port, password) => {
            const url = connectionUrl(scheme, { host, port }, { user: "app", password });
            expect(parsedByIoredis(url)).toEqual({ host, port, username: "app", password, tls: scheme === "rediss" });
        }),
        { numRuns: 500 },
    );
});

test.each([
    ["ipv4", fc.ipV4()],
    ["ipv6", fc.ipV6()],
] as const)("both parse any %s address correctly", (family, address) => {
    fc.assert(
        fc.property(scheme, address, port, (scheme, host, port) => {
            const url = connectionUrl(scheme, { host, port }, { user: "app", password: "p" });
            const node = parsedByNode(url);
            expect(sameAddress(family, host, node.hostname.replace(/^\[|\]$/g, ""))).toBe(true);
            expect(node.port).toBe(port);
            const ioredis = parsedByIoredis(url);
            expect(sameAddress(family, host, ioredis.host)).toBe(true);
            expect(ioredis.port).toBe(port);
        }),
    );
});

test("an IPv6 address is in brackets, and the password is percent-encoded", () => {
    expect(connectionUrl("redis", { host: "::1", port: 6379 }, { user: "app", password: "a:b/c@d%e" })).toBe(
        "redis://app:a%3Ab%2Fc%40d%25e@[::1]:6379",
    );
});

test("URLs have no user before 6.0, and the user app from 6.0 on and for Valkey", () => {
    const without = releaseNames.filter((release) => userOf(release) === "");
    expect(without).toEqual(["2.8", "3.0", "3.2", "4.0", "5.0"]);
    expect(releaseNames.filter((release) => userOf(release) === "app")).toHaveLength(releaseNames.length - 5);
});

test("any password is parsed correctly without a user", () => {
    fc.assert(
        fc.property(scheme, name, port, password, (scheme, host, port, password) => {
            const url = connectionUrl(scheme, { host, port }, { user: "", password });
            expect(url.startsWith(`${scheme}://:`)).toBe(true);
            expect(parsedByNode(url)).toMatchObject({ username: "", password, hostname: host, port });
            expect(parsedByIoredis(url)).toMatchObject({ host, port, password });
            expect(parsedByIoredis(url).username).toBeFalsy();
        }),
        { numRuns: 300 },
    );
});

describe("credentials, in the format of the managed service", () => {
    const tlsUrl = "rediss://app:p@h:2";

    test("both ports open: two logins, plaintext is the default", () => {
        expect(credentials({ url: "redis://app:p@h:1", tlsUrl })).toEqual([
            { type: "redis", default: true, connectionUrl: "redis://app:p@h:1" },
            { type: "redis+ssl", default: false, connectionUrl: tlsUrl },
        ]);
    });

    test("plaintext closed: only TLS, which is the default", () => {
        expect(credentials({ tlsUrl })).toEqual([{ type: "redis+ssl", default: true, connectionUrl: tlsUrl }]);
    });
});
