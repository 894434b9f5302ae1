/** Hooks where nobody calls them, and where an engine is too old to. What they do is in review and failures. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { RedisDatabase } from "../../provider";

test("people test their own programs with Pulumi's mocks, which take no hooks", async () => {
    // Should they ever take hooks, hooks.ts has no more need to look for the calls.
    expect(MockMonitor.prototype).not.toHaveProperty("registerErrorHook");
    const names: string[] = [];
    const newResource = ({ name, inputs }: pulumi.runtime.MockResourceArgs) => {
        names.push(name);
        return { id: `${name}-id`, state: { ...(inputs as object), result: 12000, name } };
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

test("an engine that is too old is told apart, with the version that is needed", () => {
    const program = join(__dirname, "support/oldEngine.ts");
    const output = execFileSync(process.execPath, ["-r", "ts-node/register/transpile-only", program], {
        stdio: ["ignore", "pipe", "ignore"],
    });
    const { registered, errors } = JSON.parse(output.toString()) as { registered: string[]; errors: unknown[] };
    expect(registered).not.toContain("sessions-agent");
    expect(errors).toEqual([
        [
            "RedisDatabase needs Pulumi 3.256.0 or later, the CLI and its language host (Error: 12 UNIMPLEMENTED: " +
                "unknown method RegisterErrorHook for service pulumirpc.ResourceMonitor)",
            // Shown without a stack trace.
            true,
        ],
    ]);
});
