/** How much of a container's memory clients may use in addition to the data, for their query and output buffers. */
import { type ConfigValue, bytesOf, textOf } from "../catalog/directives";
import { type Engine, type Version, releaseOf, versions } from "../catalog/versions";
import { type Finding, finding, problem } from "../findings";

/** What the limits depend on. */
export interface ClientSized {
    readonly engine: Engine;
    readonly version: Version;
    readonly memoryMb: number;
    readonly config: Readonly<Record<string, ConfigValue>>;
}

/** A part of the memory: a number of MiB, or a share of `memoryMb`. */
export interface Part {
    readonly mb?: number;
    readonly ofMemory?: number;
}

/** Limits in MiB. */
export interface ClientLimits {
    /** One argument of a command; from 6.2 on also a string that a command extends. */
    readonly valueMb: number;
    /** The query buffer of one client: what it has sent and the server has not executed yet. */
    readonly queryMb: number;
    /** The output buffer of one client. */
    readonly outputMb: number;
    /** The output buffer of a Pub/Sub client: the hard limit, and the soft limit that may be exceeded for a minute. */
    readonly pubsubMb: readonly [hard: number, soft: number];
    /** All clients together. */
    readonly allMb: number;
}

/** The directives with which `config` can override the limits. */
export const limitNames = {
    value: "proto-max-bulk-len",
    query: "client-query-buffer-limit",
    all: "maxmemory-clients",
    output: "client-output-buffer-limit",
} as const;

/**
 * A value may take 1/32 of the memory, and the buffers of all clients 1/8. One write can exceed `maxmemory` by one value,
 * because Redis checks the limit before the write and not after it. So 5/32 of the memory are not available for data.
 * `bench/calibrate/clients.mjs` shows that this is enough from 7.0 on: with all data overwritten during a dump, clients
 * that do not read their replies, half-sent arguments and the longest values, the container uses 84 to 99 % of its limit.
 */
const valueShare = 1 / 32;
const allShare = 1 / 8;
/** A value needs a buffer for the client that sends it and for one that reads it. Above the limit, Redis disconnects clients. */
const buffersPerValue = 2;

const mib = 2 ** 20;

/** Whole MiB of a part. */
export function mbOf({ mb = 0, ofMemory = 0 }: Part, memoryMb: number): number {
    return Math.max(1, Math.floor(mb + ofMemory * memoryMb));
}

/** A limit from `config`, which may be a percentage of `maxmemory`. */
function configured({ config }: ClientSized, name: string): Part | undefined {
    const value = config[name];
    if (value === undefined) return undefined;
    const text = textOf(value);
    return text.endsWith("%") ? { ofMemory: Number.parseInt(text) / 100 } : { mb: bytesOf(text) / mib };
}

/** The memory reserved for clients: for one value that exceeds `maxmemory`, and for the buffers of all clients. */
export function clientParts(sized: ClientSized): readonly [value: Part, all: Part] {
    const value = configured(sized, limitNames.value) ?? { ofMemory: valueShare };
    const share = { ofMemory: allShare };
    const forValue = { mb: buffersPerValue * mbOf(value, sized.memoryMb) };
    const byDefault = forValue.mb > mbOf(share, sized.memoryMb) ? forValue : share;
    return [value, configured(sized, limitNames.all) ?? byDefault];
}

/** The limits that the component sets if `config` does not. */
export function clientLimits(sized: ClientSized): ClientLimits {
    const [value, all] = clientParts(sized).map((part) => mbOf(part, sized.memoryMb)) as [number, number];
    return {
        valueMb: value,
        queryMb: all,
        // The common limit for all clients should be reached first, if there is one: Redis then disconnects clients at once.
        // A client that exceeds its own limit is disconnected only after the waiting commands of all clients were executed.
        outputMb: versions[releaseOf(sized)].clientMemoryLimit ? all + value + 1 : all,
        // The defaults of Redis, if there is enough memory for them.
        pubsubMb: [Math.min(32, all), Math.min(8, Math.max(1, Math.floor(all / 4)))],
        allMb: all,
    };
}

export const clientProblems = {
    limit: problem(
        "client-limit-out-of-range",
        "A limit for clients in `config` is too high for the memory, unlimited, or below the minimum of Redis.",
        "set the limit that the message states, or change memoryMb",
    ),
};

/** Checks the limits that `config` sets: values and clients together may use at most half of the memory. */
export function checkClientLimits(sized: ClientSized): Finding[] {
    return [...tooLow(sized), ...checkReserve(sized), ...checkQuery(sized), ...checkOutput(sized)];
}

const limitFinding = (name: string, text: string, remedy: string) =>
    finding(clientProblems.limit, `config["${name}"]`, text, remedy);

const half = ({ memoryMb }: ClientSized) => Math.floor(memoryMb / 2);

const atMost = (mb: number) => `set at most ${Math.max(1, Math.floor(mb))}mb`;

function tooLow(sized: ClientSized): Finding[] {
    return [limitNames.value, limitNames.query].flatMap((name) =>
        (configuredBytes(sized, name) ?? mib) < mib
            ? [
                  limitFinding(
                      name,
                      `is ${asWritten(sized, name)}, but Redis accepts no less than 1mb`,
                      "set at least 1mb",
                  ),
              ]
            : [],
    );
}

/** Checks that the memory reserved for clients leaves enough for data. */
function checkReserve(sized: ClientSized): Finding[] {
    const { memoryMb } = sized;
    const maxMb = half(sized);
    const [value, all] = clientParts(sized).map((part) => mbOf(part, memoryMb)) as [number, number];
    const configuredAll = configuredBytes(sized, limitNames.all);
    if (configuredAll === 0) return [limitFinding(limitNames.all, "is 0, which is no limit", atMost(maxMb - value))];
    if (value + all <= maxMb) return [];
    const alternative = `or memoryMb of at least ${2 * (value + all)}`;
    const ofMemory = `is more than half of memoryMb ${memoryMb}`;
    if (configuredAll !== undefined && value <= maxMb / (1 + buffersPerValue)) {
        const text = `is ${asWritten(sized, limitNames.all)}, which together with a value of ${value} MiB (${limitNames.value}) ${ofMemory}`;
        return [limitFinding(limitNames.all, text, `${atMost(maxMb - value)}, ${alternative}`)];
    }
    const clients =
        configuredAll === undefined
            ? `the ${all} MiB of client buffers that it needs`
            : `${all} MiB for clients (${limitNames.all})`;
    const text = `is ${asWritten(sized, limitNames.value)}, which together with ${clients} ${ofMemory}`;
    return [limitFinding(limitNames.value, text, `${atMost(maxMb / (1 + buffersPerValue))}, ${alternative}`)];
}

function checkQuery(sized: ClientSized): Finding[] {
    const mb = Math.ceil((configuredBytes(sized, limitNames.query) ?? 0) / mib);
    if (mb <= half(sized)) return [];
    const text = `is ${asWritten(sized, limitNames.query)}, which is more than half of memoryMb ${sized.memoryMb}`;
    return [limitFinding(limitNames.query, text, `${atMost(half(sized))}, or memoryMb of at least ${2 * mb}`)];
}

function checkOutput(sized: ClientSized): Finding[] {
    return outputClasses(sized).flatMap(({ name, hardMb }) => {
        // From 7.0 on, the limit for all clients covers these too, except for replicas.
        const covered = versions[releaseOf(sized)].clientMemoryLimit && !/replica|slave/.test(name);
        const maxMb = covered ? sized.memoryMb : half(sized);
        if (hardMb === 0 && !covered)
            return [limitFinding(limitNames.output, `has no hard limit for ${name}`, atMost(maxMb))];
        if (hardMb <= maxMb) return [];
        const alternative = `or memoryMb of at least ${covered ? hardMb : 2 * hardMb}`;
        const text = `has ${hardMb} MiB for ${name}, which is more than ${covered ? "" : "half of "}memoryMb ${sized.memoryMb}`;
        return [limitFinding(limitNames.output, text, `${atMost(maxMb)}, ${alternative}`)];
    });
}

/** A value of `config` as written in the program. */
function asWritten({ config }: ClientSized, name: string): string {
    return textOf(config[name] ?? "");
}

function configuredBytes({ config }: ClientSized, name: string): number | undefined {
    const value = config[name];
    return value === undefined ? undefined : bytesOf(textOf(value).replace("%", ""));
}

/** The name and hard limit of each class in `client-output-buffer-limit`, which has four words per class. */
function outputClasses({ config }: ClientSized): { readonly name: string; readonly hardMb: number }[] {
    const words = textOf(config[limitNames.output] ?? "")
        .trim()
        .split(/\s+/);
    return words.flatMap((name, index) =>
        index % 4 === 0 && name !== "" ? [{ name, hardMb: Math.ceil(bytesOf(words[index + 1] ?? "") / mib) }] : [],
    );
}
