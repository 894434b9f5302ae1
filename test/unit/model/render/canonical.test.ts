/** Canonical spellings: those of Go, in which Docker is written. */
import { BlockList, isIP } from "node:net";
import fc from "fast-check";
import {
    canonicalCapability,
    canonicalCpus,
    canonicalDuration,
    canonicalHost,
    isShortImageId,
} from "../../../../provider/model/render/canonical";

// As printed by Go 1.26: net.ParseIP(…).String(), time.ParseDuration(…).String().
test.each([
    ["0:0:0:0:0:0:0:1", "::1"],
    ["0000:0000:0000:0000:0000:0000:0000:0001", "::1"],
    ["0::0", "::"],
    ["::FFFF:127.0.0.1", "127.0.0.1"],
    ["::ffff:7f00:1", "127.0.0.1"],
    ["0:0:0:0:0:ffff:0:0", "0.0.0.0"],
    ["::127.0.0.1", "::7f00:1"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["::ffff:0:1.2.3.4", "::ffff:0:102:304"],
    ["192.0.2.1", "192.0.2.1"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["Redis.example.com", "Redis.example.com"],
])("the address %s is %s", (given, canonical) => {
    expect(canonicalHost(given)).toBe(canonical);
});

test("all spellings of an address have the same canonical spelling, which is the same address", () => {
    const inIPv6 = fc.ipV4().map((address) => `::ffff:${address}`);
    fc.assert(
        fc.property(fc.oneof(fc.ipV6(), inIPv6), (address) => {
            const canonical = canonicalHost(address);
            const list = new BlockList();
            list.addAddress(canonical, isIP(canonical) === 6 ? "ipv6" : "ipv4");
            expect(list.check(address, "ipv6")).toBe(true);
            for (const spelled of [canonical, address.toUpperCase()]) expect(canonicalHost(spelled)).toBe(canonical);
        }),
    );
});

test.each([
    ["60s", "1m0s"],
    ["1m", "1m0s"],
    ["1m0s", "1m0s"],
    ["90s", "1m30s"],
    ["3600s", "1h0m0s"],
    ["59m60s", "1h0m0s"],
    ["1h0.5s", "1h0m0.5s"],
    ["1h1ns", "1h0m0.000000001s"],
    ["72h", "72h0m0s"],
    ["100ms", "100ms"],
    ["0.1s", "100ms"],
    [".5s", "500ms"],
    ["5.s", "5s"],
    ["+5s", "5s"],
    ["1500us", "1.5ms"],
    ["1.1μs", "1.1µs"],
    ["999ns", "999ns"],
    ["0", "0s"],
    ["0m", "0s"],
    // Invalid durations, which Docker refuses.
    ["5", "5"],
    ["1e3s", "1e3s"],
    ["", ""],
])("the duration %j is %s", (given, canonical) => {
    expect(canonicalDuration(given)).toBe(canonical);
});

test("a duration has the same canonical spelling in all units", () => {
    fc.assert(
        fc.property(fc.integer({ min: 0, max: 1e9 }), (milliseconds) => {
            const canonical = canonicalDuration(`${milliseconds}ms`);
            const seconds = `${Math.floor(milliseconds / 1000)}s${milliseconds % 1000}ms`;
            for (const spelled of [canonical, seconds, `${milliseconds / 1000}s`, `${milliseconds * 1000}us`]) {
                expect(canonicalDuration(spelled)).toBe(canonical);
            }
        }),
    );
});

test.each(["net_admin", "NET_ADMIN", "cap_net_admin", "CAP_NET_ADMIN"])("%s is CAP_NET_ADMIN", (name) => {
    expect(canonicalCapability(name)).toBe("CAP_NET_ADMIN");
});

test.each(["all", "ALL"])("%s has no prefix", (name) => {
    expect(canonicalCapability(name)).toBe("ALL");
});

// As printed by @pulumi/docker.
test.each([
    ["1.50", "1.5"],
    [".5", "0.5"],
    ["1", "1.0"],
    ["1.05", "1.05"],
    ["10", "10."],
])("%s processors are %s", (given, canonical) => {
    expect(canonicalCpus(given)).toBe(canonical);
});

test.each([
    ["sha256:e7845d9cd3c9", true],
    [`sha256:${"0".repeat(64)}`, false],
    ["e7845d9cd3c9", false],
    [`redis@sha256:${"0".repeat(64)}`, false],
])("%s is an abbreviated ID: %s", (image, short) => {
    expect(isShortImageId(image)).toBe(short);
});
