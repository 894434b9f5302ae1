/** Functions of the backup container's scripts, in a real shell. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { script } from "../../../../provider/components/server/scripts";
import { timesOf } from "../../../../provider/model/backup/schedule";

const root = mkdtempSync(join(tmpdir(), "redis-database-backup-"));
afterAll(() => {
    rmSync(root, { recursive: true });
});

/** The script up to where it runs its command. */
const functions = script("backup/backup.sh").replace(/\ncommand=\$1\n[^]*$/, "\n");

function inShell(commands: string): string {
    const text = `${functions}\n${commands}`;
    return execFileSync("sh", ["-c", text, "sh"], { encoding: "utf8", env: { ...process.env, ROOT: root } }).trimEnd();
}

const write = (file: string, text: string) => {
    writeFileSync(join(root, file), text);
};
const settings = (values: Record<string, string | number>) => {
    const lines = Object.entries({ owner: "p/s/db", interval_seconds: 86400, ...values });
    write("tmp/desired/settings", lines.map(([name, value]) => `${name}=${value}\n`).join(""));
};
const repositories = (...locations: string[]) => {
    const lines = locations.map(
        (at, index) => `${index + 1}\tvolume\t/repositories/${index + 1}\tno\t30\t12\t6\t3\t${at}\n`,
    );
    write("tmp/desired/repositories", lines.join(""));
};

beforeEach(() => {
    for (const directory of ["tmp", "backup", "settings"])
        rmSync(join(root, directory), { recursive: true, force: true });
    mkdirSync(join(root, "bin"), { recursive: true });
    writeFileSync(join(root, "bin/redis-server"), "#!/bin/sh\necho Redis server v=8.6.1\n", { mode: 0o755 });
    for (const directory of ["tmp/desired", "backup/status/stored", "settings/acl", "settings/current"]) {
        mkdirSync(join(root, directory), { recursive: true });
    }
    settings({});
    repositories("one", "two");
    write("tmp/start", "1000");
});

describe("the schedule", () => {
    /** The next time, found by trying each minute. */
    function nextOf(schedule: string, after: number): number {
        const { minutes, hours, days, months, weekdays, eitherDay } = timesOf(schedule, "p/s/db");
        for (let time = Math.floor(after / 60) * 60 + 60; ; time += 60) {
            const date = new Date(time * 1000);
            const [byDate, byWeekday] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
            const day = eitherDay ? byDate || byWeekday : byDate && byWeekday;
            if (!months.includes(date.getUTCMonth() + 1)) time = Math.floor(time / 86400) * 86400 + 86340;
            else if (!day) time = Math.floor(time / 86400) * 86400 + 86340;
            else if (hours.includes(date.getUTCHours()) && minutes.includes(date.getUTCMinutes())) return time;
        }
    }
    const schedules = [
        "hourly",
        "daily",
        "weekly",
        "*/7 * * * *",
        "5,35 1-3 * * *",
        "0 0 29 2 *",
        "30 12 1 * 1",
        "0 4 * 6-8 sun",
        "59 23 31 12 *",
    ];

    test.each(schedules)("%s: the next run is the first minute of the schedule after a time", (schedule) => {
        const times = timesOf(schedule, "p/s/db");
        settings({
            minutes: times.minutes.join(" "),
            hours: times.hours.join(" "),
            days: times.days.join(" "),
            months: times.months.join(" "),
            weekdays: times.weekdays.join(" "),
            either_day: times.eitherDay ? "yes" : "no",
        });
        // Until 2099, with the leap years of 2028 to 2096.
        const seconds = fc.sample(fc.integer({ min: 1_700_000_000, max: 4_000_000_000 }), { numRuns: 20, seed: 1 });
        const found = inShell(seconds.map((after) => `next_run ${after}`).join("\n"));
        expect(found.split("\n").map(Number)).toEqual(seconds.map((after) => nextOf(schedule, after)));
    });

    test("the first backup is due at once, and a missed one as well", () => {
        const now = Math.floor(Date.now() / 1000);
        expect(Number(inShell("due"))).toBeGreaterThanOrEqual(now);
        settings({ minutes: 0, hours: 0, days: "1", months: "1", weekdays: "0 1 2 3 4 5 6", either_day: "no" });
        write("backup/status/run", "1700000000\n");
        expect(inShell("due")).toBe(String(Date.UTC(2024, 0, 1) / 1000));
    });

    test("after failures, the next attempts are further and further apart", () => {
        expect(inShell("for n in 1 2 3 4 9; do retry_after $n; done").split("\n")).toEqual([
            "60",
            "300",
            "900",
            "3600",
            "3600",
        ]);
    });
});

test.each([
    [
        12,
        "Fatal: wrong password or no key found",
        "repository-password-wrong",
        "it is encrypted, and encryptionPassword is not set",
    ],
    [10, "Fatal: repository does not exist", "repository-not-found", "there is no repository"],
    [11, "Fatal: unable to create lock: locked by PID 5", "repository-locked", "locked by PID 5"],
    [1, "Fatal: unable to open config file: Stat: Access Denied.", "repository-credentials-refused", "Access Denied"],
    [
        1,
        "Fatal: client.MakeBucket: No user exists with the provided access key ID.",
        "repository-credentials-refused",
        "access key",
    ],
    [1, "Fatal: write /repositories/1/data: no space left on device", "backup-disk-full", "its disk is full"],
    [1, "Fatal: mkdir /repositories/1/data: permission denied", "repository-not-writable", "permission denied"],
    [
        1,
        "Fatal: tls: failed to verify certificate: x509: unknown authority",
        "repository-certificate-not-trusted",
        "unknown authority",
    ],
    [
        124,
        "Stat(<config/>) returned error, retrying after 1.1s: Stat: dial tcp: lookup s3: no such host\nFatal: context canceled",
        "repository-unreachable",
        "no such host",
    ],
    [137, "", "backup-failed", "killed"],
    [1, "Fatal: something else", "backup-failed", "something else"],
])("restic ends with %s: %j", (status, errors, code, reason) => {
    write("tmp/errors", errors);
    const [found, text] = inShell(`explain_restic 1 ${status} ${root}/tmp/errors`).split("\t");
    expect(found).toBe(code);
    expect(text).toContain("repository 1 (one): ");
    expect(text).toContain(reason);
});

test("secrets are not in messages", () => {
    write("tmp/desired/1.password", "secret-of-the-repository\n");
    write(
        "tmp/desired/1.aws",
        "[default]\naws_access_key_id = the-key\naws_secret_access_key = secret-of-the-storage\n",
    );
    write("settings/backup.secret", "secret-of-the-user\n");
    write("settings/acl/password.conf", 'requirepass "secret\\"of-the-server"\n');
    const shown = inShell(
        `say 'a secret-of-the-repository b secret-of-the-storage c secret-of-the-user d secret"of-the-server e' 2>&1`,
    );
    expect(shown).toBe("a (secret) b (secret) c (secret) d (secret) e");
});

test("a problem is shown on one line, with its code", () => {
    expect(inShell("problem backup-failed 'one\ntwo' || failure")).toBe("one two [redis-database/backup-failed]");
});

describe("the state", () => {
    const last = '{"id":"i","time":"2026-01-02T03:04:05Z","keys":100,"bytes":100000,"repositories":[]}';
    /** Replaces what needs a server or restic. The script also asks the server's program for its version. */
    const stubs = "PATH=$ROOT/bin:$PATH; dump() { keys=3 bytes=9 sha256=0; }; store() { :; }; apply_retention() { :; }";
    const status = () => JSON.parse(inShell("status")) as Record<string, unknown>;

    test("without a backup", () => {
        expect(status()).toEqual({
            last: null,
            ageSeconds: null,
            intervalSeconds: 86400,
            next: null,
            failing: null,
            alarm: null,
            verified: null,
            repositories: [
                { number: 1, location: "one", time: null },
                { number: 2, location: "two", time: null },
            ],
        });
    });

    test("with everything, and quotation marks", () => {
        write("backup/status/last", `${last}\n`);
        write("backup/status/next", "1767409445\n");
        write("backup/status/stored/1", "1767323045\tone\n");
        inShell(`note_failure 1767323045 backup-failed 'it is "broken"'; echo 'a "drop"' | write_status "$alarm_file"`);
        expect(status()).toMatchObject({
            last: { id: "i" },
            next: "2026-01-03T03:04:05Z",
            failing: { since: "2026-01-02T03:04:05Z", reason: 'it is "broken"', code: "backup-failed" },
            alarm: 'a "drop"',
            repositories: [{ time: "2026-01-02T03:04:05Z" }, { time: null }],
        });
        expect(status().ageSeconds).toBeGreaterThan(0);
    });

    test("the first of several failures counts, until a run succeeds", () => {
        inShell("note_failure 1767323045 backup-failed one; note_failure 1767409445 backup-failed two");
        expect(status().failing).toMatchObject({ since: "2026-01-02T03:04:05Z", reason: "two" });
        inShell(`${stubs}; back_up manual`);
        expect(status().failing).toBeNull();
    });

    test("if only older backups could not be removed, the run is not repeated, but reported", () => {
        inShell(`${stubs}; apply_retention() { problem repository-credentials-refused no; }; back_up manual`);
        expect(Number(readFileSync(join(root, "backup/status/run"), "utf8"))).toBeGreaterThan(1_767_323_045);
        expect(status()).toMatchObject({ last: { keys: 3 }, failing: { code: "repository-credentials-refused" } });
    });

    test("if one repository has no backup, the run fails, and the next one is due at once", () => {
        const failing = 'store() { [ "$1" = 2 ] || problem repository-unreachable "repository 1: gone"; }';
        const ended = inShell(`${stubs}; ${failing}; (back_up manual) 2>&1 || echo failed`).split("\n");
        expect(ended.slice(-2)).toEqual([
            "refused: repository 1: gone [redis-database/repository-unreachable]",
            "failed",
        ]);
        expect(() => readFileSync(join(root, "backup/status/run"))).toThrow("ENOENT");
        expect(status()).toMatchObject({ last: { keys: 3 }, failing: { code: "repository-unreachable" } });
    });

    test("the newest backup is too old after twice the interval, in any repository", () => {
        const now = Math.floor(Date.now() / 1000);
        const overdue = (ages: readonly [number, number]) =>
            inShell(
                ages.map((age, index) => `note_stored ${index + 1} ${now - age}`).join("\n") +
                    "\nnote_deadline; overdue",
            );
        expect(overdue([100, 172_000])).toBe("");
        expect(overdue([100, 173_000])).toBe(
            "the newest backup in repository 2 (two) is 2 days old, more than twice the interval of 24 hours",
        );
        // After a start, a missed run gets ten minutes.
        write("tmp/start", String(now - 100));
        expect(overdue([100, 173_000])).toBe("");
    });

    test("a repository at another location starts again", () => {
        write("backup/status/stored/1", "1767323045\tanother\n");
        inShell("note_known 1; note_known 2");
        expect(Number(readFileSync(join(root, "backup/status/stored/1"), "utf8").split("\t")[0])).toBeGreaterThan(
            1_767_323_045,
        );
    });

    test.each([
        [60, 100_000, ""],
        [49, 100_000, "the backup has 49 keys, and the previous one had 100"],
        [100, 49_000, "the backup has 49000 bytes, and the previous one had 100000"],
    ])("%i keys and %i bytes after 100 keys and 100,000 bytes", (keys, bytes, alarm) => {
        expect(inShell(`keys=${keys} bytes=${bytes}; drop '${last}'`)).toBe(alarm);
    });
});

test("restic's list of snapshots", () => {
    const snapshot = (time: string, id: string, tags: string[]) => ({
        time,
        tree: "0",
        paths: ["/dump.rdb"],
        hostname: "p/s/db",
        tags,
        original: "f".repeat(64),
        summary: { backup_start: time },
        id,
        short_id: id.slice(0, 8),
    });
    const list = [
        snapshot("2026-02-01T00:00:00Z", "a".repeat(64), ["redis-database", "id=two"]),
        snapshot("2026-01-01T00:00:00Z", "b".repeat(64), ["redis-database", "id=one", "verified"]),
    ];
    write("tmp/list", JSON.stringify(list));
    const lines = inShell(`snapshot_lines <${root}/tmp/list`).split("\n");
    expect(lines).toEqual([
        `2026-01-01T00:00:00Z\t${"b".repeat(64)}\tredis-database,id=one,verified`,
        `2026-02-01T00:00:00Z\t${"a".repeat(64)}\tredis-database,id=two`,
    ]);
    expect(inShell("tag id redis-database,id=two,keys=3")).toBe("two");
});
