/** redis.conf: the full text for every version and flavor, and that Redis reads `config` correctly. */
import fc from "fast-check";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import type { ConfigValue } from "../../../../provider/model/catalog/directives";
import { flavorNames, type Release, releaseNames, versions } from "../../../../provider/model/catalog/versions";
import { passwordPath } from "../../../../provider/model/render/layout";
import { limitNames } from "../../../../provider/model/sizing/clients";
import { redisConf } from "../../../../provider/model/render/redisConf";
import { type Sample, asked, dataOf, freeDirectives, samples } from "../../support/directiveData";
import { parseRedisConf } from "../../support/redisConfParser";

function confOf(args: Record<string, unknown>): string {
    const { spec, findings } = resolveArguments(args);
    expect(findings).toEqual([]);
    return redisConf(spec ?? fail("no specification"), 20001);
}

function fail(reason: string): never {
    throw new Error(reason);
}

describe.each(releaseNames)("%s", (version) => {
    test.each(flavorNames)("%s, in full", (flavor) => {
        expect(confOf({ ...asked(version), flavor })).toMatchSnapshot();
    });

    test("contains only directives that this version supports, except for TLS if its server was built without it", () => {
        const supported = Object.keys(dataOf(version).directives);
        const withoutTls = !supported.includes("tls-port");
        const names = flavorNames.flatMap((flavor) =>
            parseRedisConf(confOf({ ...asked(version), flavor })).map(([name]) => name),
        );
        const unknown = names.filter(
            // CONFIG GET never reports `include`.
            (name = "") => !supported.includes(name) && name !== "include" && !(withoutTls && name.startsWith("tls-")),
        );
        expect(unknown).toEqual([]);
    });

    test("configures TLS and users only if the version supports them; otherwise the password is in a separate file", () => {
        const { nativeTls, acl } = versions[version];
        const conf = parseRedisConf(confOf(asked(version)));
        const names = conf.map(([name = ""]) => name);
        expect(names.filter((name) => name.startsWith("tls-"))).toHaveLength(nativeTls ? 6 : 0);
        expect(names.includes("aclfile")).toBe(acl);
        expect(conf.filter(([name]) => name === "include")).toEqual(acl ? [] : [["include", passwordPath]]);
        expect(names.filter((name) => /requirepass|masterauth/.test(name))).toEqual([]);
    });
});

test("every argument that affects it, in full", () => {
    const args = {
        version: "7.2",
        memoryMb: 1024,
        maxmemoryPolicy: "allkeys-lfu",
        plaintext: false,
        tls: { protocols: ["TLSv1.3"] },
        config: {
            "timeout": 300,
            "activedefrag": true,
            "proc-title-template": 'a "quoted" \\ title',
            "databases": "4",
        },
    };
    expect(confOf(args)).toMatchSnapshot();
});

test("clientAuth requires client certificates, plaintext: false closes the port", () => {
    const { spec } = resolveArguments({ plaintext: false });
    const base = spec ?? fail("no specification");
    const conf = parseRedisConf(redisConf({ ...base, tls: { ...base.tls, clientAuth: { caCertPem: "a CA" } } }, 20001));
    expect(conf).toContainEqual(["tls-auth-clients", "yes"]);
    expect(conf).toContainEqual(["port", "0"]);
    expect(conf).toContainEqual(["tls-port", "6380"]);
});

test.each([
    [["TLSv1.0", "TLSv1.1", "TLSv1.2"], "TLSv1 TLSv1.1 TLSv1.2", true],
    [["TLSv1.1"], "TLSv1.1", true],
    [["TLSv1.3"], "TLSv1.3", false],
])(
    "protocols %j have the names that Redis uses, and old ones lower the security level of OpenSSL",
    (protocols, spelled, lowered) => {
        const conf = parseRedisConf(confOf({ version: "7.0", tls: { protocols } }));
        expect(conf).toContainEqual(["tls-protocols", spelled]);
        expect(conf.filter(([name]) => name === "tls-ciphers")).toEqual(
            lowered ? [["tls-ciphers", "DEFAULT:@SECLEVEL=0"]] : [],
        );
    },
);

test("before 7.0 each client class has its own line of client-output-buffer-limit", () => {
    const config = { "client-output-buffer-limit": "normal 9mb 0 0  pubsub 64mb 16mb 90" };
    const lines = (version: string) => confOf({ version, config }).match(/^client-output.*$/gm);
    const own = ["client-output-buffer-limit normal 64mb 0 0", "client-output-buffer-limit pubsub 32mb 8mb 60"];
    expect(lines("6.2")).toEqual([
        ...own,
        "client-output-buffer-limit normal 9mb 0 0",
        "client-output-buffer-limit pubsub 64mb 16mb 90",
    ]);
    expect(lines("7.0")).toEqual([
        "client-output-buffer-limit normal 81mb 0 0",
        "client-output-buffer-limit normal 9mb 0 0 pubsub 64mb 16mb 90",
    ]);
});

test("an empty value is written as an empty string, also for lists of words", () => {
    const config = { "latency-tracking-info-percentiles": "", "notify-keyspace-events": "" };
    const conf = parseRedisConf(confOf({ version: "7.0", config }));
    expect(conf).toContainEqual(["latency-tracking-info-percentiles", ""]);
    expect(conf).toContainEqual(["notify-keyspace-events", ""]);
});

describe("Redis reads any config correctly", () => {
    type Chosen = readonly (readonly [name: string, sample: Sample])[];

    // Limits for clients depend on each other and on the memory; `clients.test.ts` tests them.
    const limits: readonly string[] = Object.values(limitNames);
    const chosenOf = (version: Release): fc.Arbitrary<Chosen> =>
        fc
            .uniqueArray(fc.constantFrom(...freeDirectives(version).filter(([name]) => !limits.includes(name))), {
                selector: ([name]) => name,
                maxLength: 8,
            })
            .chain((chosen) =>
                fc.tuple(...chosen.map(([name, directive]) => samples(name, directive).map((s) => [name, s] as const))),
            );

    /** The words of the last line of a directive. */
    function wordsOf(name: string, conf: string[][]): string[] | undefined {
        return conf
            .filter((line) => line[0] === name)
            .at(-1)
            ?.slice(1);
    }

    test.each(releaseNames)("%s", (version) => {
        fc.assert(
            fc.property(chosenOf(version), (chosen) => {
                const config: Record<string, ConfigValue> = Object.fromEntries(
                    chosen.map(([n, [value]]) => [n, value]),
                );
                const conf = parseRedisConf(confOf({ ...asked(version), config }));
                for (const [name, [, words]] of chosen) expect([name, wordsOf(name, conf)]).toEqual([name, words]);
                const remaining = conf.map(([name]) => name).filter((name = "") => !Object.hasOwn(config, name));
                const base = parseRedisConf(confOf(asked(version))).map(([name]) => name);
                expect(remaining).toEqual(base.filter((name = "") => !Object.hasOwn(config, name)));
            }),
            { numRuns: 200 },
        );
    });
});
