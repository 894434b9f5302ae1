/** Each argument by itself: what it may be, and the words for what is wrong with it. */
import { isIP } from "node:net";
import { z } from "zod";
import { isCertificateHost, isHost } from "./certificateChecks";
import { defaultProtocols, tlsProtocols } from "../databaseSpec";
import { type Finding, nearest, show } from "../findings";
import { maxmemoryPolicies, minMemoryMb } from "../sizing/memory";
import {
    type Engine,
    engineLabels,
    engineNames,
    findRelease,
    flavorNames,
    nearestVersions,
    parseVersion,
    versionsOf,
} from "../catalog/versions";

/** The arguments, with `later` for what only an Output knows. Nothing in it has been checked yet. */
export type PlainArguments = Readonly<Record<string, unknown>>;

/** Stands for a value that is not known yet. */
export const later = Symbol("known later");

const oneOf = (values: readonly string[]) => `give one of ${values.map((value) => `"${value}"`).join(", ")}`;

function wholeNumber(what: string, min: number, max: number) {
    const error = `give ${what} from ${min} to ${max}`;
    return z.int({ error }).min(min, { error }).max(max, { error });
}

function text(error: string, check: (value: string) => boolean = (value) => value.length > 0) {
    return z.string({ error }).refine(check, { error });
}

function choice<const T extends readonly string[]>(values: T) {
    return z.enum(values, { error: oneOf(values) });
}

const port = wholeNumber("a port number", 1, 65535);
const host = text('give a DNS name such as "redis.example.com" or an IP address, without port or scheme', isHost);
const address = text(
    'give an IP address of the Docker host such as "127.0.0.1", or "0.0.0.0" for all',
    // A zone as in fe80::1%eth0 has no place in a URL or a certificate.
    (value) => isIP(value) !== 0 && !value.includes("%"),
);
const certificateHost = text(
    'give a DNS name such as "redis.example.com" or "*.example.com", or an IP address, without port or scheme',
    isCertificateHost,
);
const pem = text("give the PEM text itself, not a path", (value) => value.includes("-----BEGIN "));
const boolean = z.boolean({ error: "give true or false" });
const object = <T extends z.ZodRawShape>(shape: T, error: string) => z.strictObject(shape, { error });
/** What becomes a part of names and of a user's name. */
const name = (whose: string) =>
    text(`give the name of ${whose}: lower-case letters, digits and hyphens, a letter first`, isNodeName);
const days = wholeNumber.bind(undefined, "a whole number of days");
const count = (what: string) => wholeNumber(what, 1, 2 ** 31 - 1);
const diskSizeRemedy = "give a number of GiB from 0.01 to 1048576, such as 4 or 0.5";
const graceRemedy = "give a number of hours from 0 to 8760";

export const defaultEngine: Engine = "redis";

export function isNodeName(text: string): boolean {
    return /^[a-z][a-z0-9-]{0,39}$/.test(text);
}

/** One line an argument. Every error text says what would be right; what is wrong is worded from the value. */
const properties = {
    engine: choice(engineNames),
    // What an engine has is checked together with it.
    version: z.unknown(),
    flavor: choice(flavorNames),
    memoryMb: wholeNumber("a whole number of MiB", minMemoryMb, 16 * 2 ** 20),
    diskSizeGb: z
        .number({ error: diskSizeRemedy })
        .min(0.01, { error: diskSizeRemedy })
        .max(2 ** 20, { error: diskSizeRemedy }),
    maxmemoryPolicy: choice(maxmemoryPolicies),
    evictToFit: boolean,
    savePoints: z
        .array(
            object(
                { seconds: count("a whole number of seconds"), changes: count("a whole number of changes") },
                "give an object such as { seconds: 900, changes: 1 }",
            ),
            { error: "give a list such as [{ seconds: 900, changes: 1 }]" },
        )
        .min(1, { error: 'give at least one, or flavor: "nordb" to keep nothing' }),
    ports: object(
        { plaintext: port.optional(), tls: port.optional() },
        "give an object such as { plaintext: 6379, tls: 6380 }",
    ),
    bindAddress: address,
    host,
    plaintext: boolean,
    password: text("give text of at least one character and no line break", (value) =>
        /^[^\r\n\0\p{Surrogate}]+$/u.test(value),
    ),
    passwordVersion: count("a whole number"),
    rotatePasswordEvery: days(1, 3650),
    passwordGraceHours: z
        .number({ error: graceRemedy })
        .min(0, { error: graceRemedy })
        .max(8760, { error: graceRemedy }),
    deletionProtection: boolean,
    data: object(
        {
            volume: text("give the name of a Docker volume", (value) => /^[\w][\w.-]*$/.test(value)).optional(),
            hostPath: text("give an absolute path on the Docker host, without a colon", (value) =>
                /^\/[^:\r\n\0]+$/.test(value),
            ).optional(),
            files: choice(["aof", "rdb"]).optional(),
        },
        'give an object such as { volume: "redis-data" } or { hostPath: "/srv/redis" }',
    ),
    image: text('give an image reference such as "redis:8.0"', (value) => /^[\w][\w.:/@-]*$/.test(value)),
    network: text("give the name of a Docker network", (value) => /^[\w][\w.-]*$/.test(value)),
    tls: object(
        {
            hosts: z.array(certificateHost, { error: "give a list of DNS names and IP addresses" }).optional(),
            validityDays: days(1, 3650).optional(),
            renewBeforeDays: days(0, 3649).optional(),
            protocols: z
                .array(choice(tlsProtocols), {
                    error: `give a list such as [${defaultProtocols.map((name) => `"${name}"`).join(", ")}]`,
                })
                .min(1, { error: "give at least one protocol, or leave it out for TLSv1.2 and TLSv1.3" })
                .optional(),
            caVersions: z
                .array(count("a whole number"), {
                    error: "give a list such as [1], or [1, 2] while clients learn of 2",
                })
                .min(1, { error: "give at least one, or leave it out" })
                .refine((numbers) => new Set(numbers).size === numbers.length, { error: "give each number once" })
                .optional(),
            clientAuth: object(
                { caCertPem: pem },
                "give { caCertPem } with the CA that signs your clients' certificates",
            ).optional(),
            ca: object({ certPem: pem, keyPem: pem }, "give { certPem, keyPem } of your CA").optional(),
            certificate: object(
                { certPem: pem, keyPem: pem, caCertPem: pem },
                "give { certPem, keyPem, caCertPem }",
            ).optional(),
        },
        'give an object such as { hosts: ["redis.example.com"] }',
    ),
    config: z.record(
        z.string(),
        z.union([z.string(), z.number(), z.boolean()], { error: "give text, a number or a boolean" }),
        {
            error: 'give an object such as { "timeout": 300 }',
        },
    ),
    // Each is checked as the replica that it is.
    replicas: z.unknown(),
    replicationAccess: z
        .array(name("a replica"), { error: 'give a list of names such as ["reader"]' })
        .refine((names) => new Set(names).size === names.length, { error: "give each name once" }),
    primary: object(
        {
            host,
            tlsPort: port,
            // Empty before 6.0.
            user: z.string({ error: "give the user's name" }).optional(),
            password: text("give the user's password").optional(),
            caCertPem: pem.optional(),
            engine: choice(engineNames).optional(),
            version: z.string({ error: 'give a version as text, such as "8.0"' }).optional(),
            flavor: choice(flavorNames).optional(),
            memoryMb: wholeNumber("a whole number of MiB", minMemoryMb, 16 * 2 ** 20).optional(),
            nearby: boolean.optional(),
            leads: boolean.optional(),
            peers: z.array(z.string()).optional(),
        },
        "give a RedisDatabase, or what its replicationAccess has for this replica",
    ),
    promoted: boolean,
    priority: wholeNumber("a whole number", 1, 2 ** 31 - 1),
    syncTimeoutSeconds: wholeNumber("a whole number of seconds", 1, 86400),
} satisfies Record<string, z.ZodType>;

/** The components that take arguments. */
export type Kind = "RedisDatabase" | "RedisReplica";

/** What only one of them knows. */
const ownArguments: Readonly<Record<Kind, readonly string[]>> = {
    RedisDatabase: ["data", "replicas", "replicationAccess"],
    RedisReplica: ["promoted", "priority", "syncTimeoutSeconds"],
};

/** What a database calls its primary: one of its own replicas. */
const primaryName = name("one of its replicas");

type Name = keyof typeof properties;
/** Arguments that are right by themselves. */
export type Values = Omit<{ [K in Name]?: z.output<(typeof properties)[K]> }, "version" | "replicas"> & {
    version?: string;
    replicas?: number | readonly PlainArguments[];
    /** A database's `primary`. */
    primaryName?: string;
};

/** The arguments that a component knows; `transform` exists in process only and is checked by its type. */
export function argumentNamesOf(kind: Kind): string[] {
    const others = ownArguments[kind === "RedisDatabase" ? "RedisReplica" : "RedisDatabase"];
    return [...Object.keys(properties).filter((known) => !others.includes(known)), "transform"];
}

export const argumentNames = argumentNamesOf("RedisDatabase");

/** Checks each argument by itself: types, ranges, unknown names. What passes is in `values`. */
export function checkEach(args: PlainArguments, kind: Kind = "RedisDatabase"): { values: Values; findings: Finding[] } {
    const known = argumentNamesOf(kind);
    const values: Record<string, unknown> = {};
    const findings: Finding[] = [];
    for (const [name, value] of Object.entries(args)) {
        if (value === undefined || name === "transform") continue;
        if (!known.includes(name)) {
            findings.push(unknownProperty(kind, "", name, known));
            continue;
        }
        if (value === later) continue;
        const named = name === "primary" && kind === "RedisDatabase";
        const schema = named ? primaryName : name === "version" ? versionSchema(args.engine) : properties[name as Name];
        const parsed = schema.safeParse(value);
        if (parsed.success) values[named ? "primaryName" : name] = parsed.data;
        else findings.push(...parsed.error.issues.flatMap((issue) => findingsOf(kind, name, value, schema, issue)));
    }
    return { values, findings };
}

/** What `version` may be depends on the engine; while that is known later or wrong, on any of them. */
function versionSchema(engine: unknown): z.ZodType {
    const engines = engine === undefined ? [defaultEngine] : engineNames.filter((known) => known === engine);
    const candidates = engines.length > 0 ? engines : engineNames;
    return z
        .unknown()
        .refine(
            (value) =>
                typeof value === "string" && candidates.some((known) => parseVersion(value, known) !== undefined),
            { error: ({ input }) => versionRemedy(input, candidates) },
        );
}

const anyFlavor = "alone or with -aof, -rdb or -nordb";

function versionRemedy(value: unknown, engines: readonly Engine[]): string {
    const written = String(value);
    const near = engines.flatMap((engine) => nearestVersions(written, engine)).map((version) => `"${version}"`);
    const all = engines.map((engine) => `${engineLabels[engine]} has ${versionsOf(engine).join(", ")}`).join("; ");
    if (typeof value === "number" && near[0] !== undefined) {
        return `give it in quotes, as text: ${near.join(" or ")}; ${all}`;
    }
    if (near.length === 0 || typeof value !== "string") return `give a version as text, ${anyFlavor}; ${all}`;
    const other = engineNames.find(
        (engine) => !engines.includes(engine) && findRelease(engine, written.split("-")[0] ?? ""),
    );
    const elsewhere = other ? `; or, for ${engineLabels[other]}, set engine: "${other}"` : "";
    return `give ${near.join(" or ")}, ${anyFlavor}${elsewhere}; ${all}`;
}

/** Where a secret may stand, be it that a key was given in place of the object that should hold it. */
const secretPath =
    /^(password|primary|primary\.(password|caCertPem)|tls|tls\.(ca|certificate)\b.*|config|config\b.*(pass|auth).*)$/;

function findingsOf(kind: Kind, name: string, value: unknown, schema: z.ZodType, issue: z.core.$ZodIssue): Finding[] {
    const path = formatPath([name, ...issue.path]);
    const isName = kind === "RedisDatabase" && path === "primary";
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => unknownProperty(kind, `${path}.`, key, keysAt(schema, issue.path)));
    }
    const found = issue.path.reduce<unknown>(
        (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
        value,
    );
    const problem =
        found === undefined
            ? "is missing"
            : secretPath.test(path) && typeof found !== "boolean" && !(isName && typeof found === "string")
              ? "is not usable (its value is not shown)"
              : `is ${show(found)}`;
    return [{ path, problem, remedy: issue.message }];
}

function unknownProperty(kind: Kind, parent: string, name: string, known: readonly string[]): Finding {
    const suggestion = nearest(name, known);
    return {
        path: `${parent}${name}`,
        problem: `is not a property that ${kind} knows`,
        remedy: suggestion ? `did you mean ${parent}${suggestion}?` : `it knows ${known.join(", ")}`,
    };
}

/** The names of the members of the object schema that stands at `path`. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
    const at = path.reduce<unknown>((above, key) => {
        const parent = unwrap(above);
        return parent instanceof z.ZodArray ? parent.element : membersOf(parent)[String(key)];
    }, schema);
    return Object.keys(membersOf(unwrap(at)));
}

function membersOf(schema: unknown): Record<string, unknown> {
    return schema instanceof z.ZodObject ? schema.shape : {};
}

function unwrap(schema: unknown): unknown {
    return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}

function formatPath(keys: readonly PropertyKey[]): string {
    return keys
        .map((key, index) =>
            typeof key === "number"
                ? `[${key}]`
                : /^\w+$/.test(String(key))
                  ? `${index > 0 ? "." : ""}${String(key)}`
                  : `["${String(key)}"]`,
        )
        .join("");
}
