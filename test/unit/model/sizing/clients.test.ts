/** How much memory clients may use, and limits in `config` that are too high. */
import { checkArguments } from "../../../../provider/model/arguments/resolve";
import { releaseNames, versions } from "../../../../provider/model/catalog/versions";
import { clientLimits } from "../../../../provider/model/sizing/clients";

const sized = (memoryMb: number, config: Readonly<Record<string, string>> = {}) =>
    ({ engine: "redis", version: "8.0", memoryMb, config }) as const;

test("known values do not change", () => {
    expect([32, 64, 512, 4096].map((memoryMb) => clientLimits(sized(memoryMb)))).toEqual([
        { valueMb: 1, queryMb: 4, outputMb: 6, pubsubMb: [4, 1], allMb: 4 },
        { valueMb: 2, queryMb: 8, outputMb: 11, pubsubMb: [8, 2], allMb: 8 },
        { valueMb: 16, queryMb: 64, outputMb: 81, pubsubMb: [32, 8], allMb: 64 },
        { valueMb: 128, queryMb: 512, outputMb: 641, pubsubMb: [32, 8], allMb: 512 },
    ]);
});

test("the limit for all clients covers a longer value in two buffers", () => {
    expect(clientLimits(sized(512, { "proto-max-bulk-len": "80mb" }))).toMatchObject({ valueMb: 80, allMb: 160 });
    expect(clientLimits(sized(512, { "maxmemory-clients": "10%" }))).toMatchObject({ valueMb: 16, allMb: 51 });
});

const v = 'config["proto-max-bulk-len"]';
const c = 'config["maxmemory-clients"]';
test.each<[object, string[]]>([
    [{}, []],
    [{ "proto-max-bulk-len": "80mb", "maxmemory-clients": "100mb", "client-query-buffer-limit": "200mb" }, []],
    [{ "client-output-buffer-limit": "normal 0 0 0 pubsub 32mb 8mb 60" }, []],
    [
        { "proto-max-bulk-len": "512mb" },
        [
            `${v}: is 512mb, which together with the 1024 MiB of client buffers that it needs is more than half of memoryMb 512 → set at most 85mb, or memoryMb of at least 3072`,
        ],
    ],
    [{ "proto-max-bulk-len": 1000 }, [`${v}: is 1000, but Redis accepts no less than 1mb → set at least 1mb`]],
    [{ "maxmemory-clients": "0" }, [`${c}: is 0, which is no limit → set at most 240mb`]],
    [
        { "proto-max-bulk-len": "1mb", "maxmemory-clients": "300mb" },
        [
            `${c}: is 300mb, which together with a value of 1 MiB (proto-max-bulk-len) is more than half of memoryMb 512 → set at most 255mb, or memoryMb of at least 602`,
        ],
    ],
    [
        { "proto-max-bulk-len": "200mb", "maxmemory-clients": "100mb" },
        [
            `${v}: is 200mb, which together with 100 MiB for clients (maxmemory-clients) is more than half of memoryMb 512 → set at most 85mb, or memoryMb of at least 600`,
        ],
    ],
    [
        { "client-query-buffer-limit": "1gb" },
        [
            'config["client-query-buffer-limit"]: is 1gb, which is more than half of memoryMb 512 → set at most 256mb, or memoryMb of at least 2048',
        ],
    ],
    [
        { "client-output-buffer-limit": "normal 600mb 0 0 replica 0 0 0" },
        [
            'config["client-output-buffer-limit"]: has 600 MiB for normal, which is more than memoryMb 512 → set at most 512mb, or memoryMb of at least 600',
            'config["client-output-buffer-limit"]: has no hard limit for replica → set at most 256mb',
        ],
    ],
])("%j", (config, expected) => {
    const found = checkArguments({ memoryMb: 512, config });
    expect(found.map(({ path, problem, remedy }) => `${path}: ${problem} → ${remedy}`)).toEqual(expected);
});

test("before 7.0, an output buffer needs a hard limit", () => {
    const config = { "client-output-buffer-limit": "normal 0 0 0" };
    for (const release of releaseNames) {
        const { engine, version, clientMemoryLimit } = versions[release];
        expect([release, checkArguments({ engine, version, config }).length]).toEqual([
            release,
            clientMemoryLimit ? 0 : 1,
        ]);
    }
});
