/** The description of the databases in a checkpoint. */
import { parseCheckpoint } from "../../../../provider/platform/state/checkpoint";
import { databasesIn, hasSpecification, isComplete } from "../../../../provider/platform/state/databases";
import { checkpointOf, complete, urnOf, withoutOutputs } from "../support/checkpoints";

const today = new Date("2026-11-26T00:00:00Z");
const describe = (...args: Parameters<typeof checkpointOf>) =>
    databasesIn("sessions", parseCheckpoint(checkpointOf(...args)), today);

test("a database and its replica; secret outputs are left out", () => {
    const common = {
        stack: "sessions",
        status: "ready",
        engine: "redis",
        version: "4.0",
        endOfLife: "2021-02-22",
        ended: true,
        dockerHost: "ssh://ops@redis.example.com",
        updated: "2026-11-26T22:00:00.5Z",
    };
    expect(describe(complete)).toEqual([
        {
            ...common,
            handle: "sessions",
            kind: "database",
            flavor: "rdb",
            persistenceLabel: "RDB-Only Persistence",
            memoryMb: 512,
            diskSizeGb: 8,
            host: "redis.example.com",
            port: 6379,
            tlsPort: 6380,
            containerName: "sessions-server-0a1b2c3",
            owner: "redis/sessions/sessions",
            certificateExpires: "2027-11-26T22:00:00.000Z",
        },
        {
            ...common,
            handle: "copy",
            kind: "replica",
            primary: "sessions",
            flavor: "nordb",
            owner: "redis/sessions/sessions-copy",
            persistenceLabel: "NO PERSISTENCE",
            memoryMb: 256,
        },
    ]);
});

test("a renamed stack has its database under the new handle, and its replica under its own", () => {
    const databases = databasesIn("renamed", parseCheckpoint(checkpointOf(complete)), today);
    expect(databases.map(({ handle, primary }) => [handle, primary])).toEqual([
        ["renamed", undefined],
        ["copy", "renamed"],
    ]);
});

const interrupted = { pending_operations: [{ resource: { urn: urnOf("docker:index/volume:Volume", "data") } }] };
const withoutSpecification = complete.map((each) => (each.name === "redis-sessions" ? { ...each, outputs: {} } : each));

test.each([
    ["complete", complete, {}, ["ready", "ready"], true, true],
    ["with a pending operation", complete, interrupted, ["interrupted", "interrupted"], true, false],
    ["without the database's outputs", withoutOutputs("sessions"), {}, ["incomplete", "ready"], true, false],
    ["without the replica's outputs", withoutOutputs("sessions-copy"), {}, ["ready", "incomplete"], true, false],
    ["without a specification", withoutSpecification, {}, ["incomplete", "incomplete"], false, false],
    ["without resources", [], {}, ["incomplete"], false, false],
])("the state of a checkpoint %s", (_name, resources, more, statuses, specified, done) => {
    expect(describe(resources, more).map(({ status }) => status)).toEqual(statuses);
    const checkpoint = parseCheckpoint(checkpointOf(resources, more));
    expect(hasSpecification(checkpoint)).toBe(specified);
    expect(isComplete(checkpoint)).toBe(done);
});
