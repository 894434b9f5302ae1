/** Pulumi's options on a component that a plugin creates have the same effect as in process. */
import { deletionProtectionName } from "../../provider/model/plan";
import { present } from "../support/present";
import type { Place } from "./support/components";
import { type PlannedResource, TestStack, findingsIn, unchanged } from "./support/stack";
import type { StackResource, StackState } from "./support/stackState";

describe("options of a component in a plugin", () => {
    let stack: TestStack;

    beforeAll(async () => {
        stack = await TestStack.create("plugin-options");
    });

    afterAll(() => stack.close());

    /** What a command does with a program whose components run in process, and with one that uses the plugin. */
    async function both<T>(text: string, command: () => Promise<T>): Promise<Readonly<Record<Place, T>>> {
        stack.program(text).create("inProcess");
        const inProcess = await command();
        stack.create("throughPlugin");
        const throughPlugin = await command();
        return { inProcess, throughPlugin };
    }

    const find = (resources: Readonly<Record<string, PlannedResource>>, name: string) =>
        present(Object.entries(resources).find(([urn]) => urn.endsWith(`::${name}`)))[1];

    test("providers, parents, protection, transforms, secrets and unknown values reach the children", async () => {
        const args = `{ memoryMb: 64, version: "8.0" }`;
        const { inProcess, throughPlugin } = await both(
            `const [one, two, three] = ["one", "two", "three"].map((name) => new docker.Provider(name));
            const group = new pulumi.ComponentResource("my:index:Group", "group", {}, { providers: [three] });
            const late = new random.RandomInteger("late", { min: 64, max: 96 }).result;
            const relabel = ({ type, props, opts }) => type === "docker:index/container:Container"
                ? { props: { ...props, hostname: "relabelled" }, opts } : undefined;
            new RedisDatabase("by-default", { memoryMb: late, version: "8.0", password: pulumi.secret("a-Secret-of-24-characters") });
            new RedisDatabase("by-provider", ${args}, { provider: one, protect: true });
            new RedisDatabase("by-providers", ${args}, { providers: { docker: two }, transforms: [relabel] });
            new RedisDatabase("by-parent", { ...${args}, deletionProtection: true }, { parent: group });`,
            () => stack.plannedResources(),
        );
        expect(throughPlugin).toEqual(inProcess);
        const providerOf = (name: string) => find(throughPlugin, `${name}-server`).provider;
        expect(["provider", "providers", "parent"].map((name) => providerOf(`by-${name}`))).toEqual([
            "one",
            "two",
            "three",
        ]);
        expect(find(throughPlugin, "by-provider-data").protect).toBe(true);
        expect(find(throughPlugin, "by-providers-data").protect).not.toBe(true);
        expect(find(throughPlugin, `by-parent-${deletionProtectionName}`).protect).toBe(true);
        expect(find(throughPlugin, "by-providers-server").inputs.hostname).toBe("relabelled");
        expect(JSON.stringify(throughPlugin)).not.toContain("a-Secret-of-24-characters");
    });

    test("options that have no effect on a component are refused with the same findings", async () => {
        const { inProcess, throughPlugin } = await both(
            `new RedisDatabase("db", {}, { retainOnDelete: true, ignoreChanges: ["memoryMb"], replaceOnChanges: ["*"],
                customTimeouts: { create: "5m" }, replacementTrigger: "now" });`,
            () => stack.failure("preview"),
        );
        expect(findingsIn(throughPlugin)).toBe(findingsIn(inProcess));
        expect(findingsIn(throughPlugin)).toMatch(/^RedisDatabase "db": 5 problems/);
    });

    describe("of a database in a group", () => {
        const group = `const group = new pulumi.ComponentResource("my:index:Group", "group");`;
        const args = `{ memoryMb: 64, version: "8.0" }`;
        const program = `${group}
            const before = new docker.Volume("before");
            const called = (when) => [new pulumi.ResourceHook(when, ({ name }) => console.log("hook", when, name))];
            const hooks = { beforeCreate: called("beforeCreate"), afterCreate: called("afterCreate") };
            const db = new RedisDatabase("db", ${args}, { parent: group, dependsOn: before, deletedWith: before, hooks });
            exports.containerName = db.containerName;`;
        let container: string;

        test("are in the state as in process, and the program's hooks are called", async () => {
            const { output } = await stack.program(program).create("throughPlugin").up();
            expect(output.match(/hook \w+ \w+/g)?.filter(firstOnly)).toEqual([
                "hook beforeCreate db",
                "hook afterCreate db",
            ]);
            const throughPlugin = optionsIn(await stack.state());
            container = await stack.value("containerName");
            expect(throughPlugin["redis-database:index:RedisDatabase::db"]).toMatchObject({
                parent: "my:index:Group::group",
                dependencies: ["docker:index/volume:Volume::before"],
                deletedWith: "docker:index/volume:Volume::before",
            });
            expect((await stack.create("inProcess").up()).summary).toEqual(unchanged());
            expect(optionsIn(await stack.state())).toEqual(throughPlugin);
        });

        (process.env.TEST_ALL ? test : test.skip)("leave an update of targets as it is in process", async () => {
            const resized = program.replace("memoryMb: 64", "memoryMb: 96");
            const { inProcess, throughPlugin } = await both(resized, () => stack.plannedSteps("--target", "**::db-**"));
            expect(throughPlugin).toMatchObject({ steps: inProcess.steps, explanations: inProcess.explanations });
            expect(inProcess.steps).toEqual({
                "db-agent": "replace",
                "db-server": "update",
                "db-completed": "update",
            });
        });

        test("lets a component be renamed and moved to another parent", async () => {
            const renamed = `const group = new pulumi.ComponentResource("my:index:Group", "group");
                const aliases = [{ name: "db", parent: group }];
                const db = new RedisDatabase("renamed", ${args}, { aliases });
                exports.containerName = db.containerName;`;
            const { inProcess, throughPlugin } = await both(renamed, () => stack.plannedSteps());
            expect(throughPlugin).toMatchObject({ steps: inProcess.steps, explanations: inProcess.explanations });
            // Its configuration contains the name. Clients do not notice.
            expect(throughPlugin.steps).toMatchObject({ "renamed-agent": "replace", "before": "delete" });
            expect(throughPlugin.steps).not.toHaveProperty("renamed-server");
            await stack.up();
            expect(await stack.value("containerName")).toBe(container);
            await stack.expectNoChanges();
        });
    });
});

const firstOnly = (each: string, index: number, all: readonly string[]) => all.indexOf(each) === index;

/** The options of each resource, with the type and name of each resource that they refer to. */
function optionsIn({ resources }: StackState): Readonly<Record<string, object>> {
    const nameIn = (urn: string) => urn.replace(/^urn:pulumi:.*?::.*?::(?:.*\$)?/, "");
    // The id of a default provider differs.
    const providerIn = (reference: string) => nameIn(reference.replace(/::[^:]*$/, ""));
    const all = resources as (StackResource & Options)[];
    return Object.fromEntries(
        all
            .filter(({ type }) => type !== "pulumi:providers:redis-database")
            .map(({ urn, parent, provider, dependencies = [], deletedWith, protect, aliases, resourceHooks = {} }) => [
                nameIn(urn),
                {
                    parent: parent && nameIn(parent),
                    provider: provider && providerIn(provider),
                    dependencies: dependencies.map(nameIn).sort(),
                    deletedWith: deletedWith && nameIn(deletedWith),
                    protect,
                    aliases,
                    // A plugin's hooks have other names than those of a program.
                    hooks: Object.entries(resourceHooks).map(([when, hooks]) => [when, hooks?.length]),
                },
            ]),
    );
}

/** The options in the state that tests compare. */
interface Options {
    readonly parent?: string;
    readonly dependencies?: readonly string[];
    readonly deletedWith?: string;
    readonly protect?: boolean;
    readonly aliases?: readonly string[];
    readonly resourceHooks?: Readonly<Record<string, readonly string[] | null>>;
}
