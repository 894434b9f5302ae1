/** The list of versions in the managed service's spelling, and the warnings about a database. */
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { listVersions } from "../../../../provider/model/catalog/listVersions";
import { warnings } from "../../../../provider/model/warnings";
import { parseVersion, releaseNames } from "../../../../provider/model/catalog/versions";

const today = new Date("2026-03-01T12:00:00Z");

test("every version of both engines, in three flavors each", () => {
    const list = listVersions(today);
    expect(list).toHaveLength(releaseNames.length * 3);
    expect(new Set(list.map(({ engine, name }) => `${engine} ${name}`)).size).toBe(list.length);
    for (const { engine, name, version, flavor } of list) {
        // Without a suffix, the service's list means RDB only.
        expect(parseVersion(name, engine)).toEqual({ version, ...(flavor !== "rdb" && { flavor }) });
    }
});

test("the service's spelling, labels and dates, and whether end of life is reached", () => {
    const of = (version: string) => listVersions(today).filter((v) => v.engine === "redis" && v.version === version);
    const facts = { engine: "redis", version: "4.0", released: "2017-07-14", endOfLife: "2021-02-22", ended: true };
    expect(of("4.0")).toEqual([
        { ...facts, name: "4.0-aof", flavor: "aof" },
        { ...facts, name: "4.0", flavor: "rdb", label: "RDB-Only Persistence" },
        { ...facts, name: "4.0-nordb", flavor: "nordb", label: "NO PERSISTENCE" },
    ]);
    expect(of("7.2")[0]).toEqual({
        engine: "redis",
        name: "7.2-aof",
        version: "7.2",
        flavor: "aof",
        released: "2023-08-15",
        endOfLife: "2029-12-01",
        ended: false,
        verifiedWith: "7.2.4",
    });
});

test("end of life is reached on its date", () => {
    const ended = (date: string) =>
        listVersions(new Date(date)).find(({ engine, version }) => engine === "redis" && version === "8.0")?.ended;
    expect(ended("2026-11-30T23:59:59Z")).toBe(false);
    expect(ended("2026-12-01T00:00:00Z")).toBe(true);
});

test("the whole list, as printed", () => {
    expect(
        listVersions(today)
            .filter(({ flavor }) => flavor === "aof")
            .map(({ engine, name, released, endOfLife, ended, verifiedWith }) =>
                [engine, name, released, endOfLife ?? "-", ended ? "ended" : "", verifiedWith ?? "never run"].join(" "),
            ),
    ).toMatchSnapshot();
});

describe("warnings", () => {
    const said = (args: PlainArguments) => {
        const { spec, findings } = resolveArguments(args);
        expect(findings).toEqual([]);
        return spec ? warnings("sessions", spec, { today }) : [];
    };

    test.each([
        [
            { version: "3.2" },
            'Redis 3.2 reached end of life on 2020-04-30 and gets no more security fixes; version: "6.2" still',
        ],
        [
            { version: "7.0-nordb" },
            'Redis 7.0 reached end of life on 2024-07-29 and gets no more security fixes; version: "7.2"',
        ],
    ])("%j is past end of life, and the next maintained version is suggested", (args, text) => {
        expect(said(args)).toEqual([expect.stringContaining(`RedisDatabase "sessions": ${text}`)]);
    });

    test("a maintained version brings no warning", () => {
        expect(said({ version: "8.2" })).toEqual([]);
        expect(said({ engine: "valkey" })).toEqual([]);
        expect(said({})).toEqual([]);
    });

    test("insecure protocols are named", () => {
        expect(said({ version: "8.2", tls: { protocols: ["TLSv1.0", "TLSv1.1", "TLSv1.2"] } })).toEqual([
            'RedisDatabase "sessions": tls.protocols allows insecure protocols (TLSv1.0, TLSv1.1); remove them once no client needs them.',
        ]);
        expect(said({ version: "8.2", tls: { protocols: ["TLSv1.2"] } })).toEqual([]);
    });
});
