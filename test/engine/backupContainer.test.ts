/** The backup container with real servers and real repositories: what it stores, and what a failure leaves behind. */
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { BackupContainer, type Ended } from "./support/backupContainer";
import { S3Container } from "./support/s3Container";
import { docker, uniqueName, until } from "./support/docker";

const all = process.env.TEST_ALL !== undefined;
const inAll = all ? describe : describe.skip;

/** The result of `run`, or of a member of `status`. */
interface Backup {
    readonly id: string;
    readonly keys: number;
    readonly bytes: number;
    readonly sha256: string;
    readonly repositories: { readonly number: number; readonly ok: boolean; readonly reason: string | null }[];
}

const parsed = (text: string) => JSON.parse(text.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
const backupOf = (ended: Ended) => parsed(ended.stdout) as unknown as Backup;
const code = ({ stderr }: Ended) =>
    /^refused: .*\[redis-database\/([a-z-]+)\]$/.exec(stderr.trim().split("\n").at(-1) ?? "")?.[1];
const sha256 = (bytes: Buffer) => execFileSync("sha256sum", { input: bytes, encoding: "utf8" }).slice(0, 64);

/** What no run may leave behind, whether it succeeds or fails. */
function leftBehind(container: BackupContainer): string {
    return container.shell(
        "ls /backup/staging; find /repositories/*/locks -type f; ls -d /tmp/work.* | grep -v /work.1. ; true",
    );
}

const container = new BackupContainer();
beforeAll(() => container.start());
afterAll(() => {
    container.close();
});

test("a backup is what the server sends, is listed, exported and verified, and reports its state", async () => {
    await container.renew();
    container.redis("SET", "greeting", "hello");
    container.addKeys(510);
    container.fill(2);
    const ended = container.command("run");
    expect({ status: ended.status, stderr: ended.stderr }).toMatchObject({ status: 0 });
    const backup = backupOf(ended);
    expect(backup).toMatchObject({ keys: 513, database: "shop/prod/db", kind: "manual", version: "8.6" });
    const [, stored] = container.backups();
    expect(stored).toMatchObject({ id: backup.id, keys: "513", bytes: String(backup.bytes), sha256: backup.sha256 });

    const dump = execFileSync("docker", ["exec", container.backup, "sh", "/backup.sh", "export", backup.id], {
        maxBuffer: 1 << 26,
    });
    expect(sha256(dump)).toBe(backup.sha256);
    expect(dump.subarray(0, 5).toString()).toBe("REDIS");
    const listed = parsed(container.command("list").stdout);
    expect(listed.snapshots).toHaveLength(2);
    const verified = container.command("verify");
    expect(parsed(verified.stdout)).toMatchObject({ repository: 1, id: backup.id, ok: true, keys: 513 });
    expect(container.backups()[1]).toHaveProperty("verified");

    const state = parsed(container.command("status").stdout);
    expect(state).toMatchObject({ last: { id: backup.id }, failing: null, alarm: null, verified: { ok: true } });
    expect(state.next).toMatch(/T03:07:00Z$/);
    await until(() => container.health() === "healthy");
    const output = docker("inspect", container.backup, "--format", "{{json .State.Health.Log}}");
    const [check] = (JSON.parse(output) as { ExitCode: number; Output: string }[]).filter(
        ({ ExitCode }) => ExitCode === 0,
    );
    expect(parsed(check?.Output ?? "")).toHaveProperty("intervalSeconds", 86400);

    // A later backup with far fewer keys.
    container.redis("FLUSHALL");
    container.redis("SET", "greeting", "hello");
    expect(container.command("run").status).toBe(0);
    expect(parsed(container.command("status").stdout)).toHaveProperty(
        "alarm",
        "the backup has 1 keys, and the previous one had 513",
    );
    // Exporting the earlier one still gives exactly that one.
    const again = execFileSync("docker", ["exec", container.backup, "sh", "/backup.sh", "export", backup.id], {
        maxBuffer: 1 << 26,
    });
    expect(sha256(again)).toBe(backup.sha256);
    expect(container.command("purge", backup.id).status).toBe(0);
    expect(container.backups().map(({ id }) => id)).not.toContain(backup.id);
    expect(code(container.command("export", backup.id))).toBe("backup-not-found");
    expect(leftBehind(container)).toBe("");
});

test("two backups at once: the second one waits, and both are stored", async () => {
    await container.renew();
    const [one, other] = await Promise.all([
        container.commandInBackground("run"),
        container.commandInBackground("run"),
    ]);
    expect([one.status, other.status]).toEqual([0, 0]);
    expect(one.stderr + other.stderr).toContain("waiting for another command of this container");
    expect(container.backups()).toHaveLength(3);
    expect(leftBehind(container)).toBe("");
});

test("killed backups leave nothing behind, and the next one needs no unlock", async () => {
    await container.renew();
    container.fill(40);
    const begun = Date.now();
    expect(container.command("run").status).toBe(0);
    const duration = Date.now() - begun;
    const times = all ? 20 : 3;
    let interrupted = 0;
    for (let killed = 0; killed < times; killed++) {
        const run = container.commandInBackground("run");
        await new Promise((resolve) => setTimeout(resolve, (duration * (1 + (killed % 6))) / 8));
        docker("kill", container.backup);
        if ((await run).status !== 0) interrupted++;
        docker("start", container.backup);
        const started = Date.now();
        const next = container.command("run");
        expect({ status: next.status, stderr: next.stderr }).toMatchObject({ status: 0 });
        expect(Date.now() - started).toBeLessThan(60_000);
        expect(leftBehind(container)).toBe("");
    }
    // On a machine that is less busy than before, a run may have ended earlier.
    expect(interrupted).toBeGreaterThan(times / 2);
    expect(parsed(container.command("verify").stdout)).toMatchObject({ ok: true });
});

test("a full disk: the other repository gets the backup, and the next run succeeds after space is freed", async () => {
    const small = ["type=tmpfs", "device=tmpfs", "o=size=24m"];
    await container.renew({ repositories: [{ kind: "volume", volumeOptions: small }, { kind: "volume" }] });
    container.fill(15);
    container.shell("head -c 4000000 /dev/zero >/repositories/1/in-the-way");
    const ended = container.command("run");
    expect([ended.status, code(ended)]).toEqual([1, "backup-disk-full"]);
    expect(backupOf(ended).repositories.map(({ ok }) => ok)).toEqual([false, true]);
    expect(ended.stderr).toContain("repository 1 (repository-1): the backup needs up to");
    expect(parsed(container.command("status").stdout)).toMatchObject({ failing: { code: "backup-disk-full" } });
    // A failure is reported at once, but the database has a backup of today.
    container.shell("rm /repositories/1/in-the-way");
    container.redis("FLUSHALL");
    expect(container.command("run").status).toBe(0);
    expect(parsed(container.command("status").stdout)).toMatchObject({ failing: null });
    expect(leftBehind(container)).toBe("");
});

test("a wrong password, a damaged repository, and one that has disappeared", async () => {
    await container.renew();
    container.fill(2);
    const backup = backupOf(container.command("run"));
    await container.startBackup(
        { repositories: [{ kind: "volume", files: { password: "another-password" } }] },
        "refused",
    );
    expect(container.logs().trim().split("\n").at(-1)).toMatch(
        /^refused: .* \[redis-database\/repository-password-wrong\]$/,
    );
    expect(container.logs()).not.toContain("another-password");
    await container.startBackup({ repositories: [{ kind: "volume" }] });

    // The largest file of the repository has the data of the newest backup.
    container.restic(
        1,
        "file=$(find /repository/data -type f -size +500k | head -n 1); chmod 600 $file; printf damage | dd of=$file bs=1 seek=5000 conv=notrunc",
    );
    const verified = container.command("verify");
    expect([verified.status, parsed(verified.stdout)]).toMatchObject([1, { id: backup.id, ok: false }]);
    expect(["backup-damaged", "repository-damaged", "backup-failed"]).toContain(code(verified));
    // A healthy container is checked every 45 seconds.
    container.shell("rm -f /tmp/healthy");
    const unhealthy = container.command("health");
    expect(unhealthy.status).toBe(1);
    expect(unhealthy.stdout).toMatch(/^the last verification failed: /);
    expect(parsed(unhealthy.stdout)).toMatchObject({ last: { id: backup.id }, verified: { ok: false } });
    expect(code(container.command("export", backup.id))).toBeDefined();

    container.shell("rm -r /repositories/1/*");
    const gone = container.command("run");
    expect([gone.status, code(gone)]).toEqual([1, "repository-not-found"]);
    expect(leftBehind(container)).toBe("");
});

test("retention over years keeps final backups and the last verified ones", async () => {
    await container.renew({ repositories: [{ kind: "volume", keep: [3, 3, 2, 1] }] });
    const days = Array.from({ length: all ? 40 : 6 }, (_, day) => new Date(Date.UTC(2026, 3, 1 + day)));
    const months = Array.from({ length: all ? 24 : 6 }, (_, month) => new Date(Date.UTC(2024, 3 + month, 15)));
    const years = [2018, 2019, 2020, 2021, 2022].map((year) => new Date(Date.UTC(year, 5, 5)));
    const tagged = (tags: string, time: Date) =>
        `echo x | restic backup --quiet --host shop/prod/db --stdin --stdin-filename /dump.rdb --tag redis-database,${tags} --time '${time.toISOString().slice(0, 10)} 12:00:00'`;
    const commands = [...years, ...months, ...days].map((time) =>
        tagged(`id=${time.toISOString().slice(0, 10)}`, time),
    );
    const final = tagged("id=final,final", new Date(Date.UTC(2017, 0, 1)));
    const verified = [1, 2].map((day) => tagged(`id=verified-${day},verified`, new Date(Date.UTC(2017, 1, day))));
    const other = tagged("id=other", new Date(Date.UTC(2016, 0, 1))).replace("shop/prod/db", "shop/prod/other");
    container.restic(1, [final, ...verified, other, ...commands].join("\n"));
    const newest = backupOf(container.command("run"));
    // A verification marks the newest backup; of those before it, none is left to keep.
    expect(container.command("verify").status).toBe(0);
    const last = backupOf(container.command("run"));
    const kept = container.backups().map(({ id, time }) => id ?? time);
    const lastDays = days.slice(-2).map((time) => time.toISOString().slice(0, 10));
    expect(kept).toContain("final");
    expect(kept).toContain("other");
    expect(kept.filter((id) => id?.startsWith("verified"))).toEqual([]);
    expect(kept).toEqual(expect.arrayContaining([...lastDays, newest.id, last.id]));
    // Three days (one is today), three months (one is this month) and two years, which may be the same backups.
    expect(kept.filter((id) => id?.startsWith("20") && !id.includes("-07")).length).toBeLessThanOrEqual(3 + 3 + 2 + 3);
});

test("the notifier reports a failure, a recovery and a drop once each, and the URL is not on a command line", async () => {
    const received: Record<string, unknown>[] = [];
    let accepts = false;
    const server = createServer((request, response) => {
        let body = "";
        request.on("data", (part: Buffer) => (body += part.toString()));
        request.on("end", () => {
            if (accepts) received.push({ path: request.url, ...(JSON.parse(body) as object) });
            response.statusCode = accepts ? 204 : 500;
            response.end();
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
        await container.renew();
        const notifier = container.startNotifier(`http://127.0.0.1:${port}/hook?token=a-"secret"`);
        container.shell("mv /repositories/1/config /repositories/1/config.away");
        expect(code(container.command("run"))).toBe("repository-not-found");
        // The webhook fails at first, and gets the notification later.
        await until(() => container.logs(notifier).includes("500"));
        accepts = true;
        await until(() => received.length === 1);
        expect(docker("exec", notifier, "sh", "-c", "cat /proc/*/cmdline")).not.toContain("secret");
        expect(container.logs(notifier)).not.toContain("secret");
        container.shell("mv /repositories/1/config.away /repositories/1/config");
        container.addKeys(500);
        expect(container.command("run").status).toBe(0);
        await until(() => received.length === 2);
        container.redis("FLUSHALL");
        expect(container.command("run").status).toBe(0);
        await until(() => received.length === 3);
        expect(received).toMatchObject([
            {
                path: '/hook?token=a-"secret"',
                event: "failure",
                subject: "backup",
                code: "repository-not-found",
                database: "shop/prod/db",
            },
            { event: "recovery", subject: "backup", text: "The backup of the database shop/prod/db works again." },
            { event: "failure", subject: "size", reason: "the backup has 0 keys, and the previous one had 500" },
        ]);
    } finally {
        server.close();
    }
});

inAll("further failures", () => {
    test("a server that restarts during the dump", async () => {
        await container.renew();
        docker("stop", container.server);
        const run = container.commandInBackground("run");
        await new Promise((resolve) => setTimeout(resolve, 4000));
        docker("start", container.server);
        const ended = await run;
        expect([ended.status, ended.stderr]).toEqual([0, expect.stringContaining("the next attempt is in")]);
    });

    test("S3: wrong credentials, a network that is cut during a backup, and a server that is gone", async () => {
        const network = uniqueName("backups");
        docker("network", "create", network);
        const s3 = S3Container.onNetwork(network);
        try {
            const aws = (secret: string) => `[default]\naws_access_key_id = test\naws_secret_access_key = ${secret}\n`;
            const repository = (secret: string) =>
                ({
                    kind: "s3",
                    at: `s3:${s3.url}/shop`,
                    files: { aws: aws(secret), region: "eu-central-1", password: "password-of-the-repository" },
                }) as const;
            await container.renew();
            const wrong = { repositories: [{ kind: "volume" } as const, repository("another-secret")], network };
            await container.startBackup(wrong, "refused");
            expect(container.logs().trim().split("\n").at(-1)).toMatch(
                /\[redis-database\/repository-credentials-refused\]$/,
            );
            expect(container.logs()).not.toContain("another-secret");
            await container.startBackup({
                repositories: [{ kind: "volume" }, repository("secret-of-the-storage")],
                network,
            });

            container.fill(60);
            const run = container.commandInBackground("run");
            await until(() => container.shell("ls /proc/*/exe -l 2>/dev/null | grep -c restic; true") !== "0");
            await new Promise((resolve) => setTimeout(resolve, 2500));
            docker("network", "disconnect", network, container.backup);
            await new Promise((resolve) => setTimeout(resolve, 15_000));
            docker("network", "connect", network, container.backup);
            const ended = await run;
            expect({ status: ended.status, stderr: ended.stderr }).toMatchObject({ status: 0 });
            expect(container.command("verify").stdout.match(/"ok":true/g)).toHaveLength(2);

            docker("stop", "-t", "1", s3.name);
            const gone = container.command("run");
            expect([gone.status, code(gone)]).toEqual([1, "repository-unreachable"]);
            expect(backupOf(gone).repositories.map(({ ok }) => ok)).toEqual([true, false]);
            docker("start", s3.name);
            await until(() => container.command("run").status === 0);
            // A backup that the other repository lacks is copied to it.
            const missing = backupOf(gone).id;
            expect(container.command("copy", missing, "1", "2").status).toBe(0);
            expect(container.command("list").stdout.split(`id=${missing}`)).toHaveLength(3);
            expect(leftBehind(container)).toBe("");
        } finally {
            docker("rm", "-f", "-v", container.backup);
            s3.remove();
            docker("network", "rm", network);
        }
    });
});
