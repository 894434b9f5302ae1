/** Pulumi's options on a component: each one works as documented, or is an error. */
import { readFileSync } from "node:fs";
import { RedisReplica } from "../../../provider";
import { unusable } from "../../../provider/model/arguments/options";
import { deletionProtectionName } from "../../../provider/model/plan";
import { type Deployment, deploy } from "../support/mockedStack";

const deployWith = (opts: object) => deploy({}, opts);

test("every option of Pulumi's is either refused or known to work", () => {
    const declared = readFileSync(require.resolve("@pulumi/pulumi/resource.d.ts"), "utf8");
    const options = ["ResourceOptions", "CustomResourceOptions", "ComponentResourceOptions"].flatMap((name) => {
        const [body = ""] = new RegExp(`^export interface ${name} [^]*?^}`, "m").exec(declared) ?? [];
        return [...body.matchAll(/^ {4}(\w+)\?:/gm)].map(([, option = ""]) => option);
    });
    expect(options).toEqual(expect.arrayContaining(Object.keys(unusable)));
    // Each was tested with a real engine.
    expect(options.filter((option) => !(option in unusable)).sort()).toEqual([
        "aliases",
        "deletedWith",
        "dependsOn",
        "hideDiffs",
        "hooks",
        "parent",
        "protect",
        "provider",
        "providers",
        "stateMigrations",
        "transformations",
        "transforms",
    ]);
});

describe.each(Object.keys(unusable))("%s", (option) => {
    test("is refused with a remedy", async () => {
        await expect(deployWith({ [option]: "x" })).rejects.toThrow(`opts.${option}: `);
        await expect(deployWith({ [option]: ["x"] })).rejects.toThrow(
            /\n {4}→ .+ \[redis-database\/option-without-effect\]/,
        );
    });

    test("is accepted if it is undefined", async () => {
        await expect(deployWith({ [option]: undefined })).resolves.toBeDefined();
    });
});

test("accepts options that are false or empty lists; reports all others together", async () => {
    await expect(deployWith({ retainOnDelete: false, ignoreChanges: [] })).resolves.toBeDefined();
    const both = deployWith({ retainOnDelete: true, customTimeouts: { create: "5m" } });
    await expect(both).rejects.toThrow(/^RedisDatabase "sessions": 2 problems/);
    const { db } = await deploy({ replicationAccess: ["copy"] });
    expect(() => new RedisReplica("copy", { primary: db }, { retainOnDelete: true })).toThrow(
        /^RedisReplica "copy": 1 problem.*\n {2}opts\.retainOnDelete: /,
    );
});

describe("protect", () => {
    const protectedIn = ({ options }: Deployment) =>
        // By default, Pulumi protects the children of a protected component.
        [...options].flatMap(([name, { protect }]) => (protect === false ? [] : [name])).sort();

    test("protects resources that hold data, and none that updates replace", async () => {
        const kept = ["sessions", "sessions-data", `sessions-${deletionProtectionName}`, "sessions-settings"];
        for (const deletionProtection of [true, false]) {
            const args = { deletionProtection, replicas: [{ name: "one" }, { name: "two", promoted: true }] };
            const own = kept.map((name) => name.replace("sessions", "sessions-two"));
            expect(protectedIn(await deploy(args, { protect: true }))).toEqual([...kept, ...own].sort());
        }
    });
});
