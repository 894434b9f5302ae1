/** The argument `backup`: its containers, and what they leave behind. */
import { execFileSync } from "node:child_process";
import { present } from "../support/present";
import { docker, uniqueName, until } from "./support/docker";
import { TestDatabase } from "./support/testDatabase";

/** The address of restic's repository on a volume, as restic in its own image sees it. */
function restic(volume: string, ...args: string[]): unknown {
    const mount = ["--volume", `${volume}:/repository:ro`, "--network", "none"];
    const all = [
        "run",
        "--rm",
        ...mount,
        "restic/restic:0.19.1",
        "--no-lock",
        "--no-cache",
        "--json",
        "-r",
        "/repository",
    ];
    return JSON.parse(docker(...all, "--insecure-no-password", ...args));
}

interface Snapshot {
    readonly hostname: string;
    readonly tags: readonly string[];
}

const snapshots = (volume: string) => restic(volume, "snapshots") as Snapshot[];

/** Removes a volume that Pulumi keeps. */
const removeVolume = (volume: string) => docker("volume", "rm", "--force", volume);

describe.each([
    ["8.6", "aof"],
    ["5.0", "nordb"],
])("version %s with flavor %s", (version, flavor) => {
    let db: TestDatabase;
    const volume = uniqueName("backups");
    const backup = { repositories: [{ volume }] };
    const hasUsers = version !== "5.0";
    let server: string;

    beforeAll(async () => {
        db = await TestDatabase.create(`backups-${version.replace(".", "-")}`, { version, flavor, memoryMb: 64 });
        server = await db.serverId();
        await db.redis("SET", "before", "1");
    });

    afterAll(async () => {
        await db.close();
        removeVolume(volume);
    });

    const container = (name: string) =>
        present(db.stack.containers().find((each) => new RegExp(`^db-${name}-[0-9a-f]+$`).test(each)));

    test("turning them on does not touch the server, and makes a backup", async () => {
        db.with({ backup });
        const { steps, explanations } = await db.stack.plannedSteps();
        expect(steps).toEqual({
            "db": "update",
            "db-agent": "replace",
            "db-backup": "create",
            "db-backup-files": "create",
            "db-completed": "update",
            "db-restic": "create",
        });
        expect(explanations).toEqual([expect.stringContaining("the server keeps running")]);
        await db.stack.up();
        expect(await db.serverId()).toBe(server);
        await until(() => snapshots(volume).length === 1);
        const [snapshot] = snapshots(volume);
        expect(snapshot?.hostname).toMatch(/\/db$/);
        expect(snapshot?.tags).toEqual(
            expect.arrayContaining(["redis-database", "engine=redis", `version=${version}`]),
        );
    });

    test("a second update is empty, also after a refresh", async () => {
        expect((await db.up({ backup })).summary).toEqual({ same: expect.any(Number) as number });
        await db.stack.refresh();
        expect((await db.up({ backup })).summary).toEqual({ same: expect.any(Number) as number });
    });

    test("its user can only receive a dump", async () => {
        if (!hasUsers) return;
        const listed = await db.redis("ACL", "LIST");
        const line = present(listed.split("\n").find((each) => each.includes("user backup ")));
        expect(line.replace(/#[0-9a-f]{64}/, "#HASH")).toMatch(
            /user backup on (sanitize-payload )?#HASH (resetchannels )?(&\* )?-@all \+ping \+psync \+replconf \+sync$/,
        );
        const ask = (command: string) =>
            execFileSync(
                "docker",
                [
                    "exec",
                    "-i",
                    container("backup"),
                    "sh",
                    "-c",
                    `{ echo "AUTH backup $(cat /settings/backup.secret)"; echo "${command}"; } | redis-cli -s /settings/run/redis.sock`,
                ],
                { encoding: "utf8" },
            );
        expect(ask("PING")).toContain("PONG");
        for (const command of ["GET before", "CONFIG GET dir", "FLUSHALL", "ACL LIST", "INFO", "SUBSCRIBE all"])
            expect(ask(command)).toContain("NOPERM");
    });

    test("another schedule replaces the container of the backups alone", async () => {
        db.with({ backup: { ...backup, schedule: "0 3 * * mon", keep: { daily: 31 } } });
        const { steps, explanations } = await db.stack.plannedSteps();
        expect(steps).toEqual({ "db": "update", "db-backup": "replace", "db-completed": "update" });
        expect(explanations.join()).toContain("backup.schedule daily → 0 3 * * mon");
        await db.stack.up();
        expect(await db.serverId()).toBe(server);
        expect(docker("exec", container("backup"), "sh", "/backup.sh", "status")).toContain('"intervalSeconds":604800');
    });

    test("turning them off removes the user, and keeps the backups", async () => {
        db.with();
        const { explanations } = await db.stack.plannedSteps();
        expect(explanations.join()).toContain("no more backups are made");
        await db.stack.up();
        expect(await db.serverId()).toBe(server);
        if (hasUsers) expect(await db.redis("ACL", "LIST")).not.toContain("user backup ");
        expect(snapshots(volume).length).toBeGreaterThan(0);
    });

    test("after a destroy, only the repository is left", async () => {
        await db.up({ backup });
        await db.stack.destroy();
        expect(db.stack.containers()).toEqual([]);
        expect(snapshots(volume).length).toBeGreaterThan(0);
    });
});

describe("repositories that cannot be used", () => {
    let db: TestDatabase;
    const volume = uniqueName("backups");
    const encrypted = `{ backup: { repositories: [{ volume: "${volume}" }], encryptionPassword: pulumi.secret("RIGHT") } }`;
    const ofPassword = (password: string) => encrypted.replace("RIGHT", password);
    const right = ofPassword("the right password");

    beforeAll(async () => {
        db = await TestDatabase.create("backups-unusable", { memoryMb: 64 });
        await db.with({}, right).up();
    });

    afterAll(async () => {
        await db.close();
        removeVolume(volume);
    });

    test.each([
        [ofPassword("another password"), "backup.encryptionPassword: does not work", "repository-password-wrong"],
        [
            `{ backup: { repositories: [{ volume: "${volume}" }] } }`,
            "backup.encryptionPassword",
            "repository-password-wrong",
        ],
        [
            '{ backup: { repositories: [{ path: "/etc/hostname" }] } }',
            "backup.repositories[0]",
            "repository-not-writable",
        ],
        [
            '{ backup: { encryptionPassword: pulumi.secret("p"), repositories: [{ volume: "none" }, { s3: "http://127.0.0.1:9/bucket" }] } }',
            'backup.repositories[1]: cannot use the repository "http://127.0.0.1:9/bucket"',
            "repository-unreachable",
        ],
    ])("%s: the preview and the update fail before anything is touched", async (more, text, code) => {
        const before = db.stack.containers();
        db.with({}, more);
        for (const operation of ["preview", "up"] as const) {
            const error = await db.stack[operation]().then(String, String);
            expect(error).toContain(text);
            expect(error).toContain(`[redis-database/${code}]`);
            expect(error).not.toContain("another password");
        }
        expect(db.stack.containers()).toEqual(before);
    });

    test("with the right password, the next update only records the arguments", async () => {
        expect((await db.with({}, right).up()).summary).toEqual({ same: expect.any(Number) as number, update: 1 });
    });
});
