/** The components that a test's program can create: in its own process, or in the plugin. */
import { cpSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import schema from "../../../provider/plugin/schema.json";

/** Where a component's constructor runs. Every language except TypeScript uses the plugin. */
export type Place = "inProcess" | "throughPlugin";

/** The plugin of this checkout, for `plugins.providers` in the project file. */
export const plugin = resolve(__dirname, "../../../dist/plugin");

/** Writes a folder with the same plugin in another version. */
export function writeOtherVersion(folder: string, version: string): void {
    cpSync(plugin, folder, { recursive: true });
    writeFileSync(join(folder, "schema.json"), JSON.stringify({ ...schema, version }));
}

/** Names of the outputs and of the secret arguments, by the type of the component. */
const facts = Object.fromEntries(
    Object.entries(schema.resources).map(([type, { inputProperties, properties }]) => [
        type,
        {
            outputs: Object.keys(properties),
            secrets: Object.entries(inputProperties).flatMap(([name, input]) => ("secret" in input ? [name] : [])),
        },
    ]),
);

/**
 * Code of a program that declares `components(place)`, which returns both components without deletion protection by
 * default, and `outputsOf(component)`. `throughPlugin`, a component is what Pulumi's generator makes of the schema for
 * Node.js, but it does not hold back unknown arguments: YAML programs pass them to the plugin as well.
 */
export const declareComponents = `
const facts = ${JSON.stringify(facts)};
const remote = (type) => class extends pulumi.ComponentResource {
    constructor(name, args = {}, opts = {}) {
        const { outputs, secrets } = facts[type];
        const inputs = Object.entries(args).map(([name, value]) =>
            [name, secrets.includes(name) && value !== undefined ? pulumi.secret(value) : value]);
        const all = { ...Object.fromEntries(outputs.map((name) => [name, undefined])), ...Object.fromEntries(inputs) };
        super(type, name, all, pulumi.mergeOptions({ version: "${schema.version}" }, opts), true);
    }
};
const unprotected = (Component) => class extends Component {
    constructor(name, args, opts) { super(name, { deletionProtection: false, ...args }, opts); }
};
// The package is loaded only where it is used.
const classes = {
    inProcess: (name) => require("pulumi-redis-database")[name],
    throughPlugin: (name) => remote("redis-database:index:" + name),
};
const components = (place) => Object.fromEntries(
    ["RedisDatabase", "RedisReplica"].map((name) => [name, unprotected(classes[place](name))]));
const outputsOf = (component) => Object.fromEntries(
    facts[component.__pulumiType].outputs.map((name) => [name, component[name]]));
`;
