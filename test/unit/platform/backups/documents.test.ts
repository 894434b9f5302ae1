/** Reading what backup containers print. */
import { parseList, parseMade, parseStatus, parseVerifications } from "../../../../provider/platform/backups/documents";
import { backupsIn, selectBackup } from "../../../../provider/platform/backups/snapshots";
import { listed, made, newest, oldest, owner, snapshot, unread } from "./support";

const two = [
    listed(1, "near", [snapshot(oldest, { verified: true }), snapshot(newest)]),
    listed(2, "far", [snapshot(newest)]),
];

test("a backup in several repositories appears once, the newest first", () => {
    const { backups, failed } = backupsIn(parseList(two.join("\n")));
    expect(failed).toEqual([]);
    expect(backups).toEqual([
        {
            id: newest,
            database: owner,
            time: "2026-11-27T03:15:00.123Z",
            kind: "scheduled",
            engine: "redis",
            version: "8.6",
            release: "8.6.1",
            flavor: "aof",
            keys: 3,
            bytes: 2048,
            sha256: "ab12",
            repositories: [
                { number: 1, kind: "volume", location: "near", verified: false },
                { number: 2, kind: "volume", location: "far", verified: false },
            ],
        },
        expect.objectContaining({
            id: oldest,
            repositories: [{ number: 1, kind: "volume", location: "near", verified: true }],
        }),
    ]);
});

test("snapshots of other programs, an empty repository, and one that cannot be read", () => {
    const foreign = { ...snapshot(newest), tags: ["id=x"] };
    const untagged = { ...snapshot(newest), tags: null };
    const lines = [listed(1, "near", [foreign, untagged]), listed(2, "far", null), unread(3, "https://s3/b", "down")];
    expect(backupsIn(parseList(`a message\n${lines.join("\n")}\n`))).toEqual({
        backups: [],
        failed: [{ number: 3, kind: "s3", location: "https://s3/b", reason: "down" }],
    });
});

test("two databases in one repository can have backups of the same second", () => {
    const other = snapshot(newest, { database: "redis/other/other" });
    expect(backupsIn(parseList(listed(1, "near", [snapshot(newest), other]))).backups).toHaveLength(2);
});

describe("selecting", () => {
    const list = backupsIn(parseList(two.join("\n")));

    test.each([
        ["latest", newest],
        [oldest, oldest],
        [{ before: "2026-11-27T03:15:00Z" }, oldest],
        [{ before: "2026-11-27T04:15:01+01:00" }, newest],
    ])("%j", (wanted, id) => {
        expect(selectBackup(list, wanted, '"sessions"').id).toBe(id);
    });

    test.each([
        [
            { before: "2026-11-25T03:15:00Z" },
            '"sessions" has no backup from before 2026-11-25T03:15:00Z',
            `the latest ones are ${newest}, ${oldest}`,
        ],
        ["20261127-031500-0003", '"sessions" has no backup "20261127-031500-0003"', `did you mean "${newest}"?`],
    ])("%j: there is none", (wanted, message, remedy) => {
        expect(() => selectBackup(list, wanted, '"sessions"')).toThrow(
            expect.objectContaining({ code: "backup-unknown", message, remedy }) as Error,
        );
    });

    test("a repository that cannot be read may have it", () => {
        const unreadable = backupsIn(parseList(unread(1, "far", "down")));
        expect(() => selectBackup(unreadable, "latest", '"sessions"')).toThrow("far could not be read: down");
    });
});

test("a new backup, and the repositories that have not stored it", () => {
    const result = parseMade(`dumping\n${made({ ok: true, reason: null }, { ok: false, reason: "no space" })}\n`);
    expect(result).toMatchObject({
        id: newest,
        repositories: [{ number: 1, kind: "volume", location: "volume-1", verified: false }],
        failed: [{ number: 2, kind: "volume", location: "volume-2", reason: "no space" }],
    });
    expect(parseMade("dumping\n")).toBeUndefined();
});

test("verifications", () => {
    const lines = [
        { repository: 1, id: newest, ok: true, keys: 3, seconds: 2, reason: null },
        { repository: 2, id: newest, ok: false, reason: "damaged", code: "backup-damaged" },
    ];
    expect(parseVerifications(lines.map((line) => JSON.stringify(line)).join("\n"))).toEqual([
        { number: 1, id: newest, ok: true, keys: 3, seconds: 2 },
        { number: 2, id: newest, ok: false, reason: "damaged" },
    ]);
});

describe("status", () => {
    const now = new Date("2026-11-27T06:15:00Z");
    const status = {
        last: { id: newest, time: "2026-11-27T03:15:00Z", keys: 3, bytes: 2048, repositories: [] },
        ageSeconds: 10,
        intervalSeconds: 86400,
        next: "2026-11-28T03:15:00Z",
        failing: null,
        alarm: null,
        verified: { id: oldest, time: "2026-11-25T03:20:00Z", ok: true, reason: null },
        repositories: [],
    };

    test("its age is that of now, not of the health check", () => {
        expect(parseStatus(JSON.stringify(status), now)).toEqual({
            last: { id: newest, time: "2026-11-27T03:15:00Z", keys: 3, bytes: 2048 },
            ageSeconds: 3 * 3600,
            intervalSeconds: 86400,
            next: "2026-11-28T03:15:00Z",
            verified: { id: oldest, time: "2026-11-25T03:20:00Z", ok: true },
        });
    });

    test("after the reason of a health check that fails", () => {
        const failing = { since: "2026-11-27T04:00:00Z", reason: "down", code: "repository-unreachable" };
        expect(parseStatus(`too old\n${JSON.stringify({ ...status, last: null, failing })}`, now)).toEqual({
            intervalSeconds: 86400,
            next: "2026-11-28T03:15:00Z",
            failing: { since: "2026-11-27T04:00:00Z", reason: "down" },
            verified: { id: oldest, time: "2026-11-25T03:20:00Z", ok: true },
        });
    });

    test.each(["", "\n", "too old", '{"last":{"id":"cut'])("%j has none", (output) => {
        expect(parseStatus(output, now)).toBeUndefined();
    });
});

test("a container with scripts of another version", () => {
    expect(() => parseList('{"repository":1,"snapshots":[]}')).toThrow(
        expect.objectContaining({
            code: "backup-failed",
            remedy: expect.stringContaining("update the database") as string,
        }) as Error,
    );
});
