/** What clients may take of the memory, and limits of `config` that take too much. */
import { checkArguments } from "../../../../provider/model/arguments/resolve";
import { releaseNames, versions } from "../../../../provider/model/catalog/versions";
import { clientLimits } from "../../../../provider/model/sizing/clients";

const sized = (memoryMb: number, config: Readonly<Record<string, string>> = {}) =>
    ({ engine: "redis", version: "8.0", memoryMb, config }) as const;

test("known figures stay what they are", () => {
    expect([32, 64, 512, 4096].map((memoryMb) => clientLimits(sized(memoryMb)))).toEqual([
        { valueMb: 1, queryMb: 4, outputMb: 6, pubsubMb: [4, 1], allMb: 4 },
        { valueMb: 2, queryMb: 8, outputMb: 11, pubsubMb: [8, 2], allMb: 8 },
        { valueMb: 16, queryMb: 64, outputMb: 81, pubsubMb: [32, 8], allMb: 64 },
        { valueMb: 128, queryMb: 512, outputMb: 641, pubsubMb: [32, 8], allMb: 512 },
    ]);
});

test("a longer value has room where it is sent from and to", () => {
    expect(clientLimits(sized(512, { "proto-max-bulk-len": "80mb" }))).toMatchObject({ valueMb: 80, allMb: 160 });
    expect(clientLimits(sized(512, { "maxmemory-clients": "10%" }))).toMatchObject({ valueMb: 16, allMb: 51 });
});

test.each<[object, string[]]>([
    [{}, []],
    [{ "proto-max-bulk-len": "80mb", "maxmemory-clients": "100mb", "client-query-buffer-limit": "200mb" }, []],
    [{ "client-output-buffer-limit": "normal 0 0 0 pubsub 32mb 8mb 60" }, []],
    [
        { "proto-max-bulk-len": "512mb" },
        [
            'config["proto-max-bulk-len"]: is 512mb; so clients may take 1536 MiB, of memoryMb 512 → give at most 85mb, or memoryMb of at least 3072',
        ],
    ],
    [{ "maxmemory-clients": "0" }, ['config["maxmemory-clients"]: is 0, which is no limit → give at most 240mb']],
    [
        { "maxmemory-clients": "300mb" },
        [
            'config["maxmemory-clients"]: is 300mb; so clients may take 316 MiB, of memoryMb 512 → give at most 240mb, or memoryMb of at least 632',
        ],
    ],
    [
        { "client-query-buffer-limit": "1gb" },
        [
            'config["client-query-buffer-limit"]: is 1gb; so clients may take 1024 MiB, of memoryMb 512 → give at most 256mb, or memoryMb of at least 2048',
        ],
    ],
    [
        { "client-output-buffer-limit": "normal 600mb 0 0 replica 0 0 0" },
        [
            'config["client-output-buffer-limit"]: has 600 MiB for normal; so clients may take 600 MiB, of memoryMb 512 → give at most 512mb, or memoryMb of at least 1200',
            'config["client-output-buffer-limit"]: has no hard limit for replica → give at most 256mb',
        ],
    ],
])("%j", (config, expected) => {
    const found = checkArguments({ memoryMb: 512, config });
    expect(found.map(({ path, problem, remedy }) => `${path}: ${problem} → ${remedy}`)).toEqual(expected);
});

test("before 7.0 nothing but its own limit keeps a client small", () => {
    const config = { "client-output-buffer-limit": "normal 0 0 0" };
    for (const release of releaseNames) {
        const { engine, version, clientMemoryLimit } = versions[release];
        expect([release, checkArguments({ engine, version, config }).length]).toEqual([
            release,
            clientMemoryLimit ? 0 : 1,
        ]);
    }
});
