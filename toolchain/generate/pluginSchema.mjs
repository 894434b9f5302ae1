/**
 * provider/plugin/schema.json: the components as Pulumi's package schema, from which the SDKs of all languages are
 * generated. The arguments come from their definitions, the outputs from the docstrings of the components.
 */
import { createRequire } from "node:module";
import { literal } from "./examples.mjs";
import { outputsOf, typeOfOutputs } from "./outputs.mjs";
import { replicaEntry } from "./replicaEntry.mjs";

const require = createRequire(import.meta.url);

/** A value that every language can express, but that has no type of its own, such as a directive's value. */
const any = { $ref: "pulumi.json#/Any" };

/** The text of the schema. */
export function pluginSchema() {
    const model = require("../../provider/model/arguments/index.ts");
    const { version, license, keywords } = require("../../package.json");
    const types = new Types(model);
    const kinds = Object.keys(model.definitions);
    // The arguments first: outputs refer to their types.
    const arguments_ = kinds.map((kind) => inputsOf(model.definitions[kind], types));
    const resources = kinds.map((kind, index) => [
        token(kind),
        {
            isComponent: true,
            description: descriptions[kind],
            ...arguments_[index],
            ...propertiesOf(kind, types),
        },
    ]);
    const schema = {
        name: "redis-database",
        displayName: "Redis Database",
        version,
        description: "Managed Redis on Docker hosts you own: TLS, persistence flavors, replicas, password rotation.",
        keywords: [...keywords, "category/database", "kind/component"],
        publisher: "pulumi-redis-database",
        namespace: "pulumi-redis-database",
        license,
        meta: { moduleFormat: "(.*)" },
        language: languages,
        types: sorted(types.all),
        resources: Object.fromEntries(resources),
    };
    return JSON.stringify(schema);
}

/** Options of Pulumi's generators. With `respectSchemaVersion`, the SDKs have the version of this package. */
const languages = {
    nodejs: { packageName: "@pulumi-redis-database/sdk", respectSchemaVersion: true },
    python: { packageName: "pulumi_redis_database", pyproject: { enabled: true }, respectSchemaVersion: true },
    go: {
        importBasePath: "pulumi-redis-database/sdk/go/redisdatabase",
        rootPackageName: "redisdatabase",
        generateResourceContainerTypes: true,
        respectSchemaVersion: true,
    },
    csharp: { respectSchemaVersion: true },
    java: { buildFiles: "gradle" },
};

const token = (name) => `redis-database:index:${name}`;
const reference = (name) => ({ $ref: `#/types/${token(name)}` });
const sorted = (all) => Object.fromEntries(Object.entries(all).toSorted(([one], [other]) => (one < other ? -1 : 1)));

function inputsOf(definitions, types) {
    const all = Object.entries(definitions).filter(([, { inProcess }]) => !inProcess);
    return { inputProperties: Object.fromEntries(all.map(([name, each]) => [name, types.argument(name, each)])) };
}

function propertiesOf(kind, types) {
    const all = outputsOf(kind).filter(({ type }) => type.startsWith("pulumi.Output<"));
    return {
        properties: Object.fromEntries(all.map((output) => [output.name, types.output(output)])),
        required: all.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
    };
}

const descriptions = {
    RedisDatabase:
        "A Redis database on a Docker host, with verified TLS, a persistence flavor, replicas, and settings that change while clients stay connected. All arguments are optional. An error reports every invalid argument, before anything is changed.",
    RedisReplica:
        "A read-only copy of a database. It replicates over TLS and has its own password and URLs. An update waits for its first sync. `promoted` permanently turns it into a database that accepts writes.",
};

/** The object and enum types, which are collected while properties refer to them. */
class Types {
    all = {};
    #model;

    constructor(model) {
        this.#model = model;
    }

    /** The schema of an argument or of a member of one. */
    argument(name, definition) {
        const { secret, decides } = definition;
        const type = this.#typeOf(name, definition);
        return {
            ...(decides ? plain(type) : type),
            description: describe(definition),
            // A plain value cannot be secret. Its members can.
            ...(secret && !decides && { secret }),
        };
    }

    /** The schema of an output. */
    output({ type, doc, isSecret }) {
        return {
            ...this.#outputType(type.replace(/^pulumi\.Output<(.*)>$/, "$1")),
            description: doc,
            ...(isSecret && { secret: true }),
        };
    }

    #typeOf(name, definition) {
        const { members, element, schema, isResource } = definition;
        if (isResource) return any;
        if (name === "replicas") return { type: "array", items: this.#replica() };
        if (element) return { type: "array", items: this.#object(element) };
        if (members) return this.#object(definition);
        return this.#fromZod(name, schema, definition);
    }

    /** An entry of a database's `replicas`: the arguments of a replica except those that the database determines. */
    #replica() {
        const { primary: _primary, ...all } = this.#model.replicaArguments;
        const name = { ...replicaEntry.name, schema: this.#model.replicaArguments.version.schema, decides: true };
        const provider = { ...replicaEntry.provider, isResource: true, decides: true };
        return this.#object({
            type: "ReplicaArgs",
            typeDoc: "An entry of a database's `replicas`.",
            members: { name, provider, ...all },
        });
    }

    #object({ type, typeDoc, members }) {
        const name = typeName(type);
        if (!this.all[token(name)]) {
            const usable = Object.entries(members).filter(([, { inProcess }]) => !inProcess);
            // Entered first, since types may refer to each other.
            const entry = (this.all[token(name)] = { type: "object", description: typeDoc });
            entry.properties = Object.fromEntries(
                usable.map(([key, each]) => [key, this.argument(`${name}.${key}`, each)]),
            );
            const required = usable.filter(([, each]) => each.required).map(([key]) => key);
            if (required.length > 0) entry.required = required;
        }
        return reference(name);
    }

    #fromZod(name, schema, definition) {
        const { type, innerType, element, valueType, entries } = schema.def;
        switch (type) {
            case "optional":
                return this.#fromZod(name, innerType, definition);
            case "string":
            case "boolean":
                return { type };
            case "number":
                return { type: schema.format === "safeint" ? "integer" : "number" };
            case "enum":
                return this.#enum(definition.type, name, Object.values(entries));
            case "array":
                return { type: "array", items: this.#fromZod(name, element, definition) };
            case "record":
                return { type: "object", additionalProperties: valueType.def.type === "union" ? any : undefined };
            default:
                throw new Error(`${name}: zod's ${type} has no equivalent in Pulumi's schema`);
        }
    }

    #enum(type, name, values) {
        // A union of literals has no name in TypeScript.
        const typed =
            type && /^\w+(\[\])?$/.test(type) ? type.replace("[]", "") : name.split(".").map(capitalized).join("");
        this.all[token(typed)] ??= {
            type: "string",
            description: `Values of \`${name.split(".").at(-1)}\`.`,
            enum: values.map((value) => ({ name: enumName(value), value })),
        };
        return reference(typed);
    }

    #outputType(type) {
        const optional = type.replace(/ \| undefined$/, "");
        const list = /^(\w+)\[\]$/.exec(optional)?.[1];
        if (list) return { type: "array", items: this.#outputType(list) };
        const record = /^Record<string, (\w+)>$/.exec(optional)?.[1];
        if (record) return { type: "object", additionalProperties: this.#outputType(record) };
        if (optional === "string" || optional === "boolean") return { type: optional };
        // All numbers among the outputs are ports and MiB.
        if (optional === "number") return { type: "integer" };
        if (this.all[token(optional)]) return reference(optional);
        if (optional === "Version") return { type: "string" };
        if (optional.startsWith('"')) return { type: "string" };
        const { doc, all } = typeOfOutputs(optional);
        this.all[token(optional)] = {
            type: "object",
            description: doc,
            properties: Object.fromEntries(
                all.map(({ name, type, doc }) => [
                    name,
                    { ...this.#outputType(type), ...(doc && { description: doc }) },
                ]),
            ),
            required: all.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
        };
        return reference(optional);
    }
}

/** A type whose values must be known when the program runs. */
function plain(type) {
    return { ...type, ...(type.items && { items: plain(type.items) }), plain: true };
}

/** SDKs add `Args` to the names of input types. */
const typeName = (type) => type.split(" | ")[0].replace(/(Args)?(\[\])?$/, "");
const capitalized = (text) => `${text[0].toUpperCase()}${text.slice(1)}`;

/** As a constant in code: `allkeys-lru` is AllkeysLru, `TLSv1.2` is TLSv12. */
const enumName = (value) =>
    value
        .split(/[^A-Za-z0-9]/)
        .map(capitalized)
        .join("");

/**
 * The text of a property. Defaults are described in words: SDKs would set the schema's defaults in the program, where
 * they would hide the values that a replica inherits.
 */
function describe({ doc, docElsewhere = doc, unit, default: value, defaultDoc }) {
    const byDefault = defaultDoc ?? (value === undefined ? undefined : literal(value));
    const facts = [
        docElsewhere.replace(/\{@link (\w+)\}/g, "`$1`"),
        unit && `Unit: ${unit}.`,
        byDefault && `Default: ${byDefault}.`,
    ];
    return facts.filter(Boolean).join(" ");
}
