/** The recorded previews are complete, contain no secrets, and are the same on every machine. */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type RowId, rows } from "../../../provider/model/changes/rows";
import { normaliseEvents, normalisePreview } from "../../engine/previews/normalise";
import { type BaseName, bases } from "../../support/previews/bases";
import { type Base, type Scenario, edited } from "../../support/previews/scenario";
import { scenarios } from "../../support/previews/scenarios";

const folder = resolve(__dirname, "../../fixtures/previews");
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const files = readdirSync(folder).sort();
const all = Object.entries(scenarios);

interface Preview {
    readonly diagnostics?: readonly { readonly severity: string }[];
}

/** A scenario for every row of the table of changes. */
const scenarioOf: Readonly<Record<RowId, string>> = {
    password: "password-with-grace",
    userAdded: "user-added",
    userRules: "user-rules-widened",
    userPassword: "user-password",
    userRemoved: "user-removed",
    grace: "grace-longer",
    certificate: "certificate-name-added",
    ca: "ca-announced",
    tls: "tls-new-only",
    terminator: "haproxy-protocols",
    settings: "directive-changed",
    flavor: "flavor-nordb",
    memory: "memory-up",
    disk: "disk-larger",
    versionUp: "version-up",
    replicaUp: "version-up-with-replica",
    versionDown: "version-down",
    container: "ports-changed",
    startup: "directive-at-start",
    release: "package-upgrade",
    renamed: "database-renamed",
    renamedOnNetwork: "",
    dataLocation: "data-elsewhere",
    restoreRemoved: "",
    restoreChanged: "restore-added",
    importing: "importing",
    replicas: "replica-added",
    switchover: "switchover",
    switchoverRefused: "switchover-to-new-replica",
    following: "replica-priority",
    promotion: "promotion",
    demotion: "demotion",
    backup: "backup-added",
    recorded: "protection-ended",
};

/** No recorded state has a database on a network that an earlier release created, or one that was restored from a file. */
const notRecorded: readonly RowId[] = ["renamedOnNetwork", "restoreRemoved"];

test("there is one file for each preview, and one for each stream", () => {
    const expected = all.flatMap(([name, { stream }]) => [
        `${name}.json`,
        ...(stream ? [`${name}.events.ndjson`] : []),
    ]);
    expect(files).toEqual(expected.sort());
});

test("there is a preview for each row of the table of changes", () => {
    const missing = (Object.keys(rows) as RowId[]).filter((row) => !Object.hasOwn(scenarios, scenarioOf[row]));
    expect(missing).toEqual(notRecorded);
});

test("there are enough previews, and enough of them are harmless", () => {
    const count = (holds: (scenario: Scenario) => boolean) => all.filter(([, scenario]) => holds(scenario)).length;
    expect(all.length).toBeGreaterThanOrEqual(35);
    expect(count(({ harmless }) => harmless)).toBeGreaterThanOrEqual(25);
    expect(count(({ loses }) => loses)).toBeGreaterThanOrEqual(10);
    expect(count(({ stream }) => stream === true)).toBeGreaterThanOrEqual(8);
    expect(count(({ loses, harmless }) => loses && harmless)).toBe(0);
});

test.each(all)("%s: the edits apply, and only a preview that fails has errors", (name, { base, edits, fails }) => {
    expect(() => edited(bases[base].program, edits)).not.toThrow();
    const { diagnostics = [] } = JSON.parse(read(`${name}.json`)) as Preview;
    expect(diagnostics.some(({ severity }) => severity === "error")).toBe(fails ?? false);
});

describe("a recording", () => {
    const secrets = [
        ...(Object.keys(bases) as BaseName[]).map((name): Base => bases[name]),
        ...all.map(([, scenario]) => scenario),
    ].flatMap(({ config = {} }) => Object.values(config));

    test.each(files)("%s contains no secret and no path of a machine", (file) => {
        const text = read(file);
        expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
        expect(text).not.toContain("PRIVATE KEY");
        expect(text).not.toMatch(/rediss?:\/\/[^"\s:]*:/);
        expect(text).not.toMatch(/\/(tmp|root|work|Users|home\/(?!user\/))\//);
        expect(text).not.toContain("/../../../");
    });

    test("takes little space", () => {
        const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
        expect(bytes).toBeLessThan(3 * 2 ** 20);
    });
});

describe("normalising", () => {
    const recording = {
        paths: [["/machine/checkout", "/project"]],
        pairs: [9123],
        start: new Date("2031-05-05T10:00:00Z"),
    } as const;
    const container = (name: string, id: string, port: number) => ({
        urn: `urn:pulumi:production::shop::docker:index/container:Container::${name}`,
        op: "update",
        replaceReasons: ["name", "image"],
        oldState: {
            id,
            type: "docker:index/container:Container",
            created: "2031-05-05T10:00:01.5Z",
            inputs: { name: `${name}-0a1b2c3`, hostname: id.slice(0, 12), external: port, memory: 16384 },
            outputs: { cpus: null },
            expires: "2032-05-04T10:00:03Z",
            sourcePosition: "project:///machine/checkout/index.ts#1,2",
        },
    });
    const ids = ["1b".repeat(32), "2c".repeat(32)];
    const recorded = (order: readonly number[], changedIds = ids) =>
        normalisePreview(
            JSON.stringify({ steps: order.map((n) => container(`c${n}`, changedIds[n] ?? "", 18246)), duration: 7 }),
            recording,
        );

    test("replaces what differs between recordings by stable values, wherever it occurs", () => {
        const { steps } = JSON.parse(recorded([0, 1])) as {
            steps: { replaceReasons: string[]; oldState: Record<string, unknown> }[];
        };
        const [first, second] = steps.map(({ oldState }) => oldState);
        expect(first).toMatchObject({
            expires: "2027-01-01T00:00:00Z",
            sourcePosition: "project:///project/index.ts#1,2",
        });
        expect(first).not.toHaveProperty("outputs");
        expect(first).not.toHaveProperty("created");
        const { hostname, external, memory } = first?.inputs as Record<string, unknown>;
        expect(hostname).toBe(String(first?.id).slice(0, 12));
        expect({ external, memory }).toEqual({ external: 12002, memory: 16384 });
        expect(second?.id).not.toBe(first?.id);
        expect(steps[0]?.replaceReasons).toEqual(["image", "name"]);
    });

    test("keeps the mark of a value that is not known yet", () => {
        const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
        const [other, instead] = ["11111111-2222-3333-4444-555555555555", /^\w{8}-/];
        const { steps } = JSON.parse(
            normalisePreview(JSON.stringify({ steps: [{ urn: "urn:a", newState: { unknown, other } }] }), recording),
        ) as { steps: { newState: Record<string, string> }[] };
        expect(steps[0]?.newState.unknown).toBe(unknown);
        expect(steps[0]?.newState.other).toMatch(instead);
        expect(steps[0]?.newState.other).not.toBe(other);
    });

    test("does not depend on the values, nor on the order of the steps", () => {
        expect(recorded([0, 1], ["3d".repeat(32), "4e".repeat(32)])).toBe(recorded([0, 1]));
        const stepsOf = (json: string) => (JSON.parse(json) as { steps: unknown[] }).steps;
        expect(stepsOf(recorded([1, 0])).reverse()).toEqual(stepsOf(recorded([0, 1])));
    });

    test("leaves out debug messages, and the state of resources that stay the same", () => {
        const metadata = { op: "same", urn: "urn:a", old: { urn: "urn:a", inputs: { a: 1 } }, new: { protect: true } };
        const events = [
            { sequence: 4, diagnosticEvent: { severity: "debug" } },
            { sequence: 5, timestamp: 8, resourcePreEvent: { metadata } },
            { sequence: 6, timestamp: 9, resOutputsEvent: { metadata, planning: true } },
        ];
        const lines = normaliseEvents(events.map((event) => JSON.stringify(event)).join("\n"), recording);
        expect(
            lines
                .trim()
                .split("\n")
                .map((line) => JSON.parse(line) as unknown),
        ).toEqual([
            {
                sequence: 0,
                resourcePreEvent: { metadata: { ...metadata, old: { urn: "urn:a" } } },
            },
            { sequence: 1, resOutputsEvent: { metadata: { op: "same", urn: "urn:a" }, planning: true } },
        ]);
    });
});
