/** Findings about databases that no recorded preview shows. */
import { readPreview, reviewPreviews } from "../../../provider/review/index";

const urn = "urn:pulumi:production::shop::redis-database:index:RedisDatabase::sessions";
const today = new Date("2026-01-15");

interface Values {
    readonly inputs?: object;
    readonly outputs?: object;
}

const state = ({ inputs = {}, outputs = { version: "8.0" } }: Values) => ({
    urn,
    type: "redis-database:index:RedisDatabase",
    custom: false,
    inputs: { name: "sessions", format: 3, resolvedVersion: "8.0", ...inputs },
    outputs,
});

const step = (op: string, before: Values, after?: Values) => ({
    op,
    urn,
    oldState: state(before),
    ...(after && { newState: state(after) }),
});

const child = (suffix: string, type: string) => ({
    op: "delete",
    urn: `urn:pulumi:production::shop::redis-database:index:RedisDatabase$${type}::sessions-${suffix}`,
    oldState: { custom: true, parent: urn, inputs: {} },
});

const review = (...steps: object[]) =>
    reviewPreviews([{ preview: readPreview(JSON.stringify({ steps })) }], { today }).stacks[0];

const codes = (...steps: object[]) => review(...steps)?.findings.map(({ code }) => code.replace("redis-database/", ""));

const change = (before: object, after: object) => step("update", { inputs: before }, { inputs: after });

test("appendfsync decides what a crash loses", () => {
    expect(codes(change({}, { config: { appendfsync: "no" } }))).toEqual(["crash-loses-more"]);
    expect(codes(change({ config: { appendfsync: "no" } }, { config: { appendfsync: "always" } }))).toEqual([]);
    expect(codes(change({ config: { appendfsync: "always" } }, {}))).toEqual(["crash-loses-more"]);
});

test("other rules of a user can end what its clients do", () => {
    const users = (rules: string) => ({ users: [{ name: "web", rules }] });
    expect(codes(change(users("~* +@all"), users("~* -@all")))).toEqual(["user-rules-changed"]);
});

test("a refused change has no other findings: it does not take place", () => {
    const downgrade = { inputs: { resolvedVersion: "7.2", version: "7.2" } };
    const found = review(step("update", { inputs: { version: "8.0" } }, downgrade));
    expect(found?.findings).toEqual([]);
    expect(found?.databases).toMatchObject([{ server: "not affected; the preview fails", data: "kept" }]);
});

test("a database that never had a server has no data to lose", () => {
    const neverCreated = step("delete", { outputs: {} });
    expect(codes(neverCreated)).toEqual(["first-update-incomplete"]);
    expect(codes(neverCreated, child("server", "docker:index/container:Container"))).toEqual(["database-deleted"]);
});

test.each([
    [{ data: { volume: "orders" } }, "server-deleted", "its data stays in the volume orders"],
    [{ data: { hostPath: "/srv/orders" } }, "server-deleted", "its data stays in /srv/orders"],
    [{ data: { volume: "orders" }, version: "8.0-nordb" }, "database-deleted", "with all its data"],
])("a deleted database with %j: %s", (inputs, code, message) => {
    expect(review(step("delete", { inputs }))?.findings).toMatchObject([
        { code: `redis-database/${code}`, message: expect.stringContaining(message) as string },
    ]);
});

test("an address that stands for all addresses includes the old one", () => {
    const bound = (bindAddress: string) => ({ bindAddress, host: "redis.example.com" });
    expect(codes(change(bound("127.0.0.1"), bound("0.0.0.0")))).toEqual(["public-address", "server-replaced"]);
    expect(codes(change(bound("127.0.0.1"), bound("192.168.7.7")))).toContain("clients-cannot-connect");
});

test("a rotation that is due, with a password that is not visible, is reported", () => {
    const type = "random:index/randomPassword:RandomPassword";
    const rotated = { ...child("password", type), op: "replace", newState: { custom: true, parent: urn, inputs: {} } };
    expect(codes(rotated)).toEqual(["password-rotated"]);
});
