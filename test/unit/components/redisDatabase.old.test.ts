/** Resources of a database before 6.0: a single password and HAProxy instead of ACL users and native TLS. */
import * as pulumi from "@pulumi/pulumi";
import { type PlainArguments, unresolved } from "../../../provider/model/arguments/definition";
import { describePair } from "../../../provider/model/changes/describe";
import { explainChanges } from "../../../provider/model/changes/explanation";
import { changesBetween } from "../../../provider/model/changes/table";
import { needsHaproxy } from "../../../provider/model/plan";
import { present } from "../../support/present";
import { type Deployment, deploy, filesOf, valueOf, withoutSecrets } from "../support/mockedStack";

let stack: Deployment;
beforeAll(async () => {
    stack = await deploy({ version: "5.0" });
});

const inputs = (of: Deployment, name: string) => of.find(`sessions-${name}`).inputs;

test("inputs of the terminator", () => {
    expect(withoutSecrets(inputs(stack, "terminator"))).toMatchSnapshot();
});

test("the server publishes only the plaintext port, or none", async () => {
    const ports = [{ internal: 6379, external: 24000, ip: "127.0.0.1" }];
    expect(inputs(stack, "server").ports).toEqual(ports);
    expect(inputs(await deploy({ version: "5.0", plaintext: false }), "server").ports).toEqual([]);
});

test("the agent delivers one password and the terminator's files, and no users", () => {
    const files = filesOf(stack.find("sessions-agent"));
    expect(files["password.conf"]).toBe("requirepass aRandomPassword\n");
    expect(files["haproxy.cfg"]).toContain("frontend clients\n");
    expect(files["terminator-health.sh"]).toContain("ask_haproxy()");
    expect(files).not.toHaveProperty("users.acl");
    expect(String(files["redis.conf"])).not.toContain("aRandomPassword");
});

test("the record of completed updates depends on the server and the terminator", async () => {
    const completed = stack.options.get("sessions-completed");
    expect(await valueOf(pulumi.output(completed?.dependsOn) as pulumi.Output<pulumi.Resource[]>)).toEqual([
        stack.db.nodes.server,
        stack.db.nodes.terminator,
    ]);
});

test("on a network, the terminator serves both ports under the database's name", async () => {
    const networked = await deploy({ version: "3.2", network: "backend" });
    expect(inputs(networked, "server").networksAdvanced).toEqual([]);
    expect(inputs(networked, "terminator").networksAdvanced).toEqual([
        { name: "backend", aliases: ["sessions", "sessions-0a1b2c3"] },
    ]);
});

test("from 6.0 on there is no terminator", async () => {
    expect((await deploy({ version: "6.0" })).db.nodes.terminator).toBeUndefined();
});

test("`transform.terminator` overrides the arguments", async () => {
    const image = "registry/haproxy:2.6";
    const transformed = await deploy({
        version: "5.0",
        transform: { terminator: (args) => ({ ...args, image }) },
    });
    expect(inputs(transformed, "terminator").image).toBe(image);
});

describe("changes", () => {
    const pair = (before: PlainArguments, after: PlainArguments) =>
        present(describePair({ version: "5.0", ...before }, { version: "5.0", ...after }));
    const rows = (before: PlainArguments, after: PlainArguments) => {
        const described = pair(before, after);
        return changesBetween(described.before, described.after).map(({ id }) => id);
    };

    test.each<[PlainArguments, PlainArguments, string[]]>([
        [{}, { tls: { protocols: ["TLSv1.2"] } }, ["terminator"]],
        [{}, { network: "backend" }, ["terminator"]],
        [{ ports: { tls: 1 } }, { ports: { tls: 2 } }, ["terminator"]],
        [{ ports: { plaintext: 1 } }, { ports: { plaintext: 2 } }, ["container"]],
        [{}, { plaintext: false }, ["container"]],
        [{ network: "backend" }, { network: "backend", version: "8.0" }, ["versionUp"]],
        [{ ports: { tls: 1 } }, { ports: { tls: 1 }, version: "8.0" }, ["versionUp"]],
    ])("%j → %j: %j", (before, after, expected) => {
        expect(rows(before, after)).toEqual(expected);
    });

    test("the preview says that the old password stops working at once", () => {
        const { before, after } = pair({}, { passwordVersion: 2 });
        expect(explainChanges("sessions", before, after)).toBe(
            'RedisDatabase "sessions": Redis 5.0 has only one password, so the old one stops working at once ' +
                "(passwordGraceHours has no effect); the server keeps running, clients stay connected: passwordVersion " +
                "1 → 2; the URLs contain the new password.",
        );
    });

    test("the preview says that clients over TLS reconnect", () => {
        const { before, after } = pair({}, { tls: { protocols: ["TLSv1.3"] } });
        expect(explainChanges("sessions", before, after)).toBe(
            'RedisDatabase "sessions": clients that support only TLSv1.2 can no longer connect; HAProxy is ' +
                "replaced, TLS clients reconnect once: tls.protocols [TLSv1.2, TLSv1.3] → [TLSv1.3].",
        );
    });
});

test("a version that is an Output is not known when the plan is made, so there is no terminator", () => {
    for (const kind of ["RedisDatabase", "RedisReplica"] as const) {
        expect(needsHaproxy(kind, { version: "5.0-rdb" })).toBe(true);
        expect(needsHaproxy(kind, { version: "6.0" })).toBe(false);
        expect(needsHaproxy(kind, {})).toBe(false);
        expect(needsHaproxy(kind, { version: unresolved })).toBe(false);
        expect(needsHaproxy(kind, { version: pulumi.output("5.0") })).toBe(false);
    }
});
