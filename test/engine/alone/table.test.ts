/**
 * Checks the table of changes against real servers. Every row runs on every flavor of the oldest and the newest tested
 * version, while two clients send commands without a pause. The expectations come from the table itself.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { flavorNames } from "../../../provider/model/catalog/versions";
import type { Effect } from "../../../provider/model/changes/rows";
import { changeRows } from "../../../provider/model/changes/table";
import { present } from "../../support/present";
import { Client, docker, uniqueName } from "../support/docker";
import { TestStack } from "../support/stack";
import { PlaintextTraffic, type Report, TlsTraffic } from "../support/traffic";

type Args = Readonly<Record<string, unknown>>;

interface Database {
    readonly name: string;
    /** The arguments after the last accepted change; a refused change leaves them as they were. */
    args: Args;
}

/** Every flavor of the newest version. `make test-all` also runs every flavor of the oldest. */
const databases: Database[] = ["6.0", "8.0"].flatMap((version) =>
    flavorNames
        .filter((flavor) => process.env.TEST_ALL || version === "8.0" || flavor === "aof")
        .map((flavor) => ({
            name: `v${version.replace(".", "")}-${flavor}`,
            args: { version, flavor, memoryMb: 64 },
        })),
);

const network = uniqueName("redis-table");

const user = { name: "orders", rules: "~orders:* +@read", password: "of-orders" };

/** One change for each row, in the table's order. */
const examples: Readonly<Record<string, (args: Args) => Args>> = {
    password: (args) => ({ ...args, passwordVersion: 2 }),
    userAdded: (args) => ({ ...args, users: [user] }),
    userRules: (args) => ({ ...args, users: [{ ...user, rules: "~orders:* +@read +@write" }] }),
    userPassword: (args) => ({ ...args, users: [{ ...user, rules: "~orders:* +@read +@write", password: "another" }] }),
    userRemoved: ({ users: _none, ...args }) => args,
    grace: (args) => ({ ...args, passwordGraceHours: 48 }),
    certificate: (args) => ({ ...args, tls: { hosts: ["redis.example.com"] } }),
    ca: (args) => ({ ...args, tls: { hosts: ["redis.example.com"], caVersions: [2, 1] } }),
    tls: (args) => ({ ...args, tls: { ...(args.tls as object), protocols: ["TLSv1.3"] } }),
    // oldVersions.test.ts tests the terminator, which only versions before 6.0 have.
    terminator: (args) => args,
    settings: (args) => ({
        ...args,
        maxmemoryPolicy: "allkeys-lru",
        config: { timeout: 300 },
        ...(args.flavor !== "nordb" && { savePoints: [{ seconds: 600, changes: 5 }] }),
    }),
    flavor: ({ savePoints: _none, ...args }) => ({ ...args, flavor: next(flavorNames, args.flavor) }),
    memory: (args) => ({ ...args, memoryMb: 96 }),
    disk: (args) => ({ ...args, diskSizeGb: 4 }),
    versionUp: (args) => ({ ...args, version: "8.0" }),
    versionDown: (args) => ({ ...args, version: "7.0" }),
    container: (args) => ({ ...args, network }),
    startup: (args) => ({ ...args, config: { ...(args.config as object), databases: 32 } }),
    dataLocation: (args) => ({ ...args, data: { volume: `${network}-data` } }),
    // replicas.test.ts adds and removes the replicas themselves.
    replicas: (args) => ({ ...args, replicationAccess: ["away"] }),
    backup: (args) => ({ ...args, backup: { repositories: [{ volume: `${network}-backups` }] } }),
    recorded: (args) => ({ ...args, evictToFit: true }),
};

/**
 * Rows that other suites test: replicas*.test.ts and switchover.test.ts (replicas, and which server takes writes),
 * restore.test.ts (restoreFrom), drift.test.ts (importing), changes.test.ts (renaming) and upgrade*.test.ts (releases).
 */
const testedElsewhere = [
    "release",
    "replicaUp",
    "importing",
    "switchover",
    "switchoverRefused",
    "following",
    "promotion",
    "demotion",
    "renamed",
    "renamedOnNetwork",
    "restoreRemoved",
    "restoreChanged",
];
const rows = changeRows.filter(({ id }) => !testedElsewhere.includes(id));

function next<T>(items: readonly T[], item: unknown): T {
    return present(items[(items.indexOf(item as T) + 1) % items.length]);
}

/** Children that a live change may create or replace. None of them is the server or holds data. */
const replacedLive = /-(agent|password|repl-away|request|key|certificate|ca(-key)?(-\d+)?|restic|backup(-files)?)$/;

describe("the table of changes", () => {
    let stack: TestStack;
    let client: Client;
    const measured: string[] = [];

    const program = (programDatabases: readonly Database[]) =>
        stack.program(
            programDatabases
                .map(({ name, args }) => {
                    const given = JSON.stringify(args);
                    return `{ const db = new RedisDatabase("${name}", ${given});
                        const { url, tlsUrl, caCertPem, containerName } = db;
                        exports["${name}"] = { url, tlsUrl, caCertPem, containerName }; }`;
                })
                .join("\n"),
        );
    /** The outputs of each database after the last update. */
    let outputs: Record<string, unknown>;
    const up = async () => {
        await stack.up();
        outputs = await stack.outputs();
    };
    const of = (name: string) => outputs[name] as Record<"url" | "tlsUrl" | "caCertPem" | "containerName", string>;
    const serverId = (name: string) => docker("inspect", "-f", "{{.Id}}", of(name).containerName);

    beforeAll(async () => {
        client = new Client();
        docker("network", "create", network);
        stack = await TestStack.create("table");
        program(databases);
        await up();
    });

    afterAll(async () => {
        client.close();
        await stack.close();
        docker("network", "rm", network);
        docker("volume", "rm", `${network}-backups`);
        writeFileSync(join(stack.directory, "..", "table.txt"), measured.join("\n"));
        console.log(["change, database: requests, failures, reconnects, lost writes", ...measured].join("\n"));
    });

    test("has an example for every row, in the order of the table", () => {
        expect(Object.keys(examples)).toEqual(rows.map(({ id }) => id));
    });

    test.each(rows.map((row) => [row.id, row.effect] as const))("%s: %s", async (id, effect) => {
        const changed = databases.map(({ name, args }) => ({ name, args: present(examples[id])(args) }));
        const touched = changed.filter(
            ({ args }, index) => JSON.stringify(args) !== JSON.stringify(databases[index]?.args),
        );
        const before = touched.map(({ name }) => serverId(name));
        program(changed);
        if (effect === "refused") {
            for (const command of ["preview", "up"] as const) {
                expect(await stack.failure(command)).toMatch(
                    /RedisDatabase "v\d\d-\w+": 1 problem in its arguments; nothing was touched\./,
                );
            }
            expect(touched.map(({ name }) => serverId(name))).toEqual(before);
            program(databases);
            return;
        }

        const { steps, output } = await stack.plannedSteps();
        for (const { name } of touched) {
            expect(output).toMatch(new RegExp(`RedisDatabase "${name}": .*${phrases[effect]}`));
            expect(steps[`${name}-completed`]).toBe("update");
            const own = Object.entries(steps).filter(
                ([child]) => child.startsWith(`${name}-`) && child !== `${name}-completed`,
            );
            expect(own.filter(([child]) => !replacedLive.test(child))).toEqual(
                effect === "replaced"
                    ? [[`${name}-server`, "replace"]]
                    : effect === "resized"
                      ? [[`${name}-server`, "update"]]
                      : [],
            );
        }

        const reports = await underTraffic(touched, up);
        if (process.env.TEST_ALL) await stack.expectEmptyPreview();
        const after = touched.map(({ name }) => serverId(name));
        for (const [index, { name }] of touched.entries()) {
            if (effect === "replaced") expect(after[index]).not.toBe(before[index]);
            else expect(after[index]).toBe(before[index]);
            for (const { requests, ...problems } of present(reports[index])) {
                measured.push(`${id}, ${name}: ${[requests, ...Object.values(problems)].join(", ")}`);
                expect(requests).toBeGreaterThan(50);
                expect({ name, ...problems }).toEqual(
                    effect === "replaced"
                        ? { name, failures: expect.any(Number) as number, reconnects: 1, lost: 0 }
                        : { name, failures: 0, reconnects: 0, lost: 0 },
                );
            }
        }
        for (const [index, { args }] of changed.entries()) present(databases[index]).args = args;
    });

    test("changes nothing in a second update, nor after a refresh", () => stack.expectNoChanges());

    /**
     * Runs a change while two clients of each database increment counters. Returns their reports in the order of
     * `touched`.
     */
    async function underTraffic(touched: readonly Database[], change: () => Promise<unknown>): Promise<Report[][]> {
        const clients = touched.map(({ name }) => {
            const { url, tlsUrl, caCertPem } = of(name);
            return { name, tls: new TlsTraffic(tlsUrl, caCertPem), plaintext: new PlaintextTraffic(client, url) };
        });
        await change();
        return Promise.all(
            clients.map(async ({ name, tls, plaintext }) => [await tls.stop(), await plaintext.stop(of(name).url)]),
        );
    }
});

/** The phrase in the preview for each effect. */
const phrases: Readonly<Record<Effect, string>> = {
    live: "the server keeps running",
    resized: "resized in place",
    terminator: "HAProxy is replaced",
    replaced: "clients reconnect once",
    recorded: "the server is not affected",
    refused: "",
};
