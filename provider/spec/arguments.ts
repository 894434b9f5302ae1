/** From what a person wrote to a `DatabaseSpec`, or to everything that is wrong with it. */
import { isIP } from "node:net";
import { z } from "zod";
import { checkCa, checkKeyPair, isHost } from "./certificates";
import { type DatabaseSpec, tlsProtocols } from "./databaseSpec";
import { type ConfigValue, checkConfig } from "./directives";
import { type Finding, nearest, show } from "./findings";
import { maxmemoryPolicies, minMemoryMb } from "./memory";
import { defaultVersion, flavorNames, parseVersion, versionNames } from "./versions";

/** The arguments with every Output resolved. Nothing in it has been checked yet. */
export type PlainArguments = Readonly<Record<string, unknown>>;

const oneOf = (values: readonly string[]) => `give one of ${values.map((value) => `"${value}"`).join(", ")}`;

function wholeNumber(unit: string, min: number, max: number) {
    const error = `give a whole number of ${unit} from ${min} to ${max}`;
    return z.int({ error }).min(min, { error }).max(max, { error });
}

function text(error: string, check: (value: string) => boolean = (value) => value.length > 0) {
    return z.string({ error }).refine(check, { error });
}

function choice<const T extends readonly string[]>(values: T) {
    return z.enum(values, { error: oneOf(values) });
}

const port = wholeNumber("a TCP port", 1, 65535);
const host = text("give a DNS name such as \"redis.example.com\" or an IP address, without port or scheme", isHost);
const address = text('give an IP address of the Docker host such as "127.0.0.1", or "0.0.0.0" for all', (a) => isIP(a) !== 0);
const pem = text("give the PEM text itself, not a path", (value) => value.includes("-----BEGIN "));
const boolean = z.boolean({ error: "give true or false" });
const object = <T extends z.ZodRawShape>(shape: T, error: string) => z.strictObject(shape, { error });
const versionRemedy = `give one of ${versionNames.map((v) => `"${v}"`).join(", ")}, alone or with -aof, -rdb or -nordb`;
const days = wholeNumber.bind(undefined, "days");

/** One line an argument. Every error text says what would be right; what is wrong is worded from the value. */
const properties = {
    version: text(versionRemedy, (value) => parseVersion(value) !== undefined),
    flavor: choice(flavorNames),
    memoryMb: wholeNumber("MiB", minMemoryMb, 16 * 2 ** 20),
    maxmemoryPolicy: choice(maxmemoryPolicies),
    ports: object({ plaintext: port.optional(), tls: port.optional() }, "give an object such as { plaintext: 6379, tls: 6380 }"),
    bindAddress: address,
    host,
    plaintext: boolean,
    password: text("give text of at least one character and no line break", (value) => /^[^\r\n\0]+$/.test(value)),
    image: text("give an image reference such as \"redis:8.0\"", (value) => /^[\w][\w.:/@-]*$/.test(value)),
    network: text("give the name of a Docker network", (value) => /^[\w][\w.-]*$/.test(value)),
    tls: object(
        {
            hosts: z.array(host, { error: "give a list of DNS names and IP addresses" }).optional(),
            validityDays: days(1, 3650).optional(),
            renewBeforeDays: days(0, 3649).optional(),
            protocols: z
                .array(choice(tlsProtocols), { error: `give a list of ${tlsProtocols.join(" and ")}` })
                .min(1, { error: "give at least one protocol, or leave it out for both" })
                .optional(),
            clientAuth: object({ caCertPem: pem }, "give { caCertPem } with the CA that signs your clients' certificates").optional(),
            ca: object({ certPem: pem, keyPem: pem }, "give { certPem, keyPem } of your CA").optional(),
            certificate: object({ certPem: pem, keyPem: pem, caCertPem: pem }, "give { certPem, keyPem, caCertPem }").optional(),
        },
        "give an object such as { hosts: [\"redis.example.com\"] }",
    ),
    config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()], { error: "give text, a number or a boolean" }), {
        error: 'give an object such as { "timeout": 300 }',
    }),
} satisfies Record<string, z.ZodType>;

type Name = keyof typeof properties;
type Values = { [K in Name]?: z.output<(typeof properties)[K]> };

/** The arguments that a database knows; `transform` exists in process only and is checked by its type. */
export const argumentNames = [...Object.keys(properties), "transform"];

export const defaults = {
    flavor: "aof",
    memoryMb: 512,
    maxmemoryPolicy: "noeviction",
    bindAddress: "127.0.0.1",
    host: "localhost",
    plaintext: true,
    validityDays: 365,
    renewBeforeDays: 30,
} as const;

/** Checks each argument by itself: types, ranges, unknown names. What passes is in `values`. */
export function checkEach(args: PlainArguments): { values: Values; findings: Finding[] } {
    const values: Record<string, unknown> = {};
    const findings: Finding[] = [];
    for (const [name, value] of Object.entries(args)) {
        if (value === undefined || name === "transform") continue;
        if (!Object.hasOwn(properties, name)) {
            findings.push(unknownProperty("", name, argumentNames));
            continue;
        }
        const schema = properties[name as Name];
        const parsed = schema.safeParse(value);
        if (parsed.success) values[name] = parsed.data;
        else findings.push(...parsed.error.issues.flatMap((issue) => findingsOf(name, value, schema, issue)));
    }
    return { values, findings };
}

/** Checks everything that a database is made of, and fills in the defaults where nothing is wrong. */
export function resolveArguments(args: PlainArguments): { spec?: DatabaseSpec; findings: Finding[] } {
    const { values, findings } = checkEach(args);
    findings.push(...checkTogether(values, args));
    return findings.length > 0 ? { findings } : { spec: toSpec(values), findings };
}

/** Checks a password by itself, for one that is known later than the rest. */
export function checkPassword(password: unknown): Finding[] {
    return checkEach({ password }).findings;
}

/** What no argument shows alone. Runs on the values that are right by themselves, so that nothing hides the rest. */
function checkTogether(values: Values, args: PlainArguments): Finding[] {
    const findings: Finding[] = [];
    const parsed = parseVersion(values.version ?? defaultVersion);
    if (parsed?.flavor && values.flavor && parsed.flavor !== values.flavor && values.version) {
        findings.push({
            path: "flavor",
            problem: `is "${values.flavor}", but version "${values.version}" names "${parsed.flavor}"`,
            remedy: `leave one of them out, or write version: "${parsed.version}-${values.flavor}"`,
        });
    }
    if (parsed && (args.version === undefined || values.version)) findings.push(...checkConfig(parsed.version, values.config ?? {}));
    if (values.ports?.plaintext !== undefined && values.plaintext === false) {
        findings.push({ path: "ports.plaintext", problem: "is given, but plaintext is false", remedy: "leave one of them out" });
    }
    if (values.ports?.plaintext !== undefined && values.ports.plaintext === values.ports.tls) {
        findings.push({ path: "ports.tls", problem: `is ${values.ports.tls}, as ports.plaintext is`, remedy: "give two different ports" });
    }
    if (["0.0.0.0", "::"].includes(values.bindAddress ?? "") && args.host === undefined) {
        findings.push({
            path: "host",
            problem: `is missing, and bindAddress "${values.bindAddress}" is no address that clients can use`,
            remedy: "give the name or address by which clients reach the Docker host",
        });
    }
    return [...findings, ...checkTls(values, args)];
}

function checkTls(values: Values, args: PlainArguments): Finding[] {
    const { tls } = values;
    if (!tls) return [];
    const findings: Finding[] = [];
    const validityDays = tls.validityDays ?? defaults.validityDays;
    const renewBeforeDays = tls.renewBeforeDays ?? defaults.renewBeforeDays;
    if (renewBeforeDays >= validityDays) {
        findings.push({
            path: "tls.renewBeforeDays",
            problem: `is ${renewBeforeDays}, but the certificate is valid for ${validityDays} days only`,
            remedy: "give less than tls.validityDays, else every up would renew it",
        });
    }
    if (tls.ca && tls.certificate) {
        findings.push({
            path: "tls.ca",
            problem: "is given beside tls.certificate, which needs no CA to sign it",
            remedy: "leave one of them out",
        });
    }
    if (tls.certificate) {
        for (const name of ["hosts", "validityDays", "renewBeforeDays"] as const) {
            if (tls[name] === undefined) continue;
            findings.push({ path: `tls.${name}`, problem: "is given beside tls.certificate, which decides it", remedy: "leave one of them out" });
        }
        // A host that is wrong, or unknown yet, has its own finding or its own time.
        const names = args.host === undefined || values.host ? [values.host ?? impliedHost(values)] : [];
        findings.push(...checkKeyPair("tls.certificate", tls.certificate, "server", names));
        findings.push(...checkCa("tls.certificate.caCertPem", tls.certificate.caCertPem));
    }
    if (tls.ca) findings.push(...checkKeyPair("tls.ca", tls.ca, "ca", []));
    if (tls.clientAuth) findings.push(...checkCa("tls.clientAuth.caCertPem", tls.clientAuth.caCertPem));
    return findings;
}

/** Where clients find the server when nobody says: on the address that it is bound to. */
function impliedHost({ bindAddress = defaults.bindAddress }: Values): string {
    return bindAddress === defaults.bindAddress ? defaults.host : bindAddress;
}

function toSpec(values: Values): DatabaseSpec {
    const { version, flavor } = parseVersion(values.version ?? defaultVersion)!;
    const { tls = {}, bindAddress = defaults.bindAddress, host = impliedHost(values) } = values;
    const reachable = ["0.0.0.0", "::"].includes(bindAddress) ? [] : [bindAddress];
    return {
        version,
        flavor: flavor ?? values.flavor ?? defaults.flavor,
        image: values.image ?? `redis:${version}`,
        memoryMb: values.memoryMb ?? defaults.memoryMb,
        maxmemoryPolicy: values.maxmemoryPolicy ?? defaults.maxmemoryPolicy,
        plaintext: values.plaintext ?? defaults.plaintext,
        ports: values.ports ?? {},
        bindAddress,
        host,
        ...(values.network !== undefined && { network: values.network }),
        tls: {
            hosts: [...new Set([host, ...(tls.hosts ?? []), ...reachable, "localhost", "127.0.0.1"])],
            validityDays: tls.validityDays ?? defaults.validityDays,
            renewBeforeDays: tls.renewBeforeDays ?? defaults.renewBeforeDays,
            protocols: tls.protocols ?? tlsProtocols,
            clientAuth: tls.clientAuth !== undefined,
        },
        config: (values.config ?? {}) as Record<string, ConfigValue>,
    };
}

/** Values that no error may show. */
const secretPath = /(^|\.)(password|keyPem)$/;

function findingsOf(name: string, value: unknown, schema: z.ZodType, issue: z.core.$ZodIssue): Finding[] {
    const path = formatPath([name, ...issue.path]);
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => unknownProperty(`${path}.`, key, keysAt(schema, issue.path)));
    }
    const found = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
    const problem =
        found === undefined ? "is missing" : secretPath.test(path) ? "is not usable (its value is not shown)" : `is ${show(found)}`;
    return [{ path, problem, remedy: issue.message }];
}

function unknownProperty(parent: string, name: string, known: readonly string[]): Finding {
    const suggestion = nearest(name, known);
    return {
        path: `${parent}${name}`,
        problem: "is not a property that RedisDatabase knows",
        remedy: suggestion ? `did you mean ${parent}${suggestion}?` : `it knows ${known.join(", ")}`,
    };
}

/** The names of the members of the object schema that stands at `path`. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
    const at = path.reduce<unknown>((s, key) => unwrap(unwrap(s).shape?.[key as string]), schema);
    return Object.keys(unwrap(at).shape ?? {});
}

function unwrap(schema: unknown): { shape?: Record<string, unknown> } {
    return schema instanceof z.ZodOptional ? (schema.unwrap() as object) : (schema as object);
}

function formatPath(keys: readonly PropertyKey[]): string {
    return keys
        .map((key, index) =>
            typeof key === "number" ? `[${key}]` : /^\w+$/.test(String(key)) ? `${index > 0 ? "." : ""}${String(key)}` : `["${String(key)}"]`,
        )
        .join("");
}
