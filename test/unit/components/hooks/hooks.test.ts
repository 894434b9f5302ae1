/** Hooks where nobody calls them, and where an engine is too old to. Their names are in hooks.names.test.ts. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { RedisDatabase } from "../../../../provider";

test("people test their own programs with Pulumi's mocks, which take no hooks", async () => {
    // Should they ever take hooks, hooks.ts has no more need to look for the calls.
    expect(MockMonitor.prototype).not.toHaveProperty("registerErrorHook");
    const names: string[] = [];
    const newResource = ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => {
        names.push(name);
        const result = type.endsWith("RandomInteger") ? 12000 : "text";
        return { id: `${name}-id`, state: { ...(inputs as object), result } };
    };
    await pulumi.runtime.setMocks({ newResource, call: () => ({}) });
    const theirs = new pulumi.ComponentResource("their:own:Component", "theirs");
    const db = new RedisDatabase("sessions", { memoryMb: 64 }, { parent: theirs });
    await pulumi.runtime.disconnect();
    expect(names).toContain("sessions-server");
    const flavor = await new Promise((resolve) => {
        db.flavor.apply(resolve);
    });
    expect(flavor).toBe("aof");
});

/** What a program ends with whose error hooks are answered so, and whether that is shown without a stack trace. */
function errorsAfter(answer: string): unknown {
    const program = join(__dirname, "../../support/refusedHooks.ts");
    // It ends with a failure, since most of its resources never come to be.
    const { stdout } = spawnSync(process.execPath, ["-r", "ts-node/register/transpile-only", program, answer]);
    const { registered, errors } = JSON.parse(stdout.toString()) as { registered: string[]; errors: unknown };
    expect(registered).not.toContain("sessions-agent");
    return errors;
}

test("an engine that is too old is told apart, with the version that is needed", () => {
    const answer = "12 UNIMPLEMENTED: unknown method RegisterErrorHook for service pulumirpc.ResourceMonitor";
    expect(errorsAfter(answer)).toEqual([
        [`RedisDatabase needs Pulumi 3.256.0 or later, the CLI and its language host (Error: ${answer})`, true],
    ]);
});

test("any other trouble with an engine is shown as it is", () => {
    const answer = "14 UNAVAILABLE: Connection dropped";
    expect(errorsAfter(answer)).toEqual([[answer, false]]);
});
