/** Hooks under Pulumi's mocks, and with an engine that is too old. hooks.names.test.ts tests their names. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { RedisDatabase } from "../../../../provider";

test("programs work under Pulumi's mocks, which support no hooks", async () => {
    // If this fails, the mocks support hooks, and hooks.ts no longer needs to check for the calls.
    expect(MockMonitor.prototype).not.toHaveProperty("registerErrorHook");
    const names: string[] = [];
    const newResource = ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => {
        names.push(name);
        const result = type.endsWith("RandomInteger") ? 12000 : "text";
        return { id: `${name}-id`, state: { ...(inputs as object), result } };
    };
    await pulumi.runtime.setMocks({ newResource, call: () => ({}) });
    const parent = new pulumi.ComponentResource("program:index:Parent", "parent");
    const db = new RedisDatabase("sessions", { memoryMb: 64 }, { parent });
    await pulumi.runtime.disconnect();
    expect(names).toContain("sessions-server");
    const flavor = await new Promise((resolve) => {
        db.flavor.apply(resolve);
    });
    expect(flavor).toBe("aof");
});

/**
 * The errors of a program whose error hooks are answered with this error, and whether each is shown without a stack
 * trace.
 */
function errorsAfter(answer: string): unknown {
    const program = join(__dirname, "../../support/refusedHooks.ts");
    // The program fails, since most of its resources are never created.
    const { stdout } = spawnSync(process.execPath, ["-r", "ts-node/register/transpile-only", program, answer]);
    const { registered, errors } = JSON.parse(stdout.toString()) as { registered: string[]; errors: unknown };
    expect(registered).not.toContain("sessions-agent");
    return errors;
}

test("an engine that is too old is reported with the version that is needed", () => {
    const answer = "12 UNIMPLEMENTED: unknown method RegisterErrorHook for service pulumirpc.ResourceMonitor";
    expect(errorsAfter(answer)).toEqual([
        [
            `RedisDatabase needs version 3.256.0 or later of the Pulumi CLI and its language host (Error: ${answer})`,
            true,
        ],
    ]);
});

test("any other error of an engine is shown unchanged", () => {
    const answer = "14 UNAVAILABLE: Connection dropped";
    expect(errorsAfter(answer)).toEqual([[answer, false]]);
});
