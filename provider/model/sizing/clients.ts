/** How much of a container's memory clients may take beside the data, for what they send and what waits for them. */
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

/** A part of the memory: so many MiB, or a share of `memoryMb`. */
export interface Part {
    readonly mb?: number;
    readonly ofMemory?: number;
}

/** Limits in MiB. */
export interface ClientLimits {
    /** One argument of a command, and from 6.2 on a string that a command makes longer. */
    readonly valueMb: number;
    /** What one client has sent and the server has not carried out. */
    readonly queryMb: number;
    /** What waits for one client. */
    readonly outputMb: number;
    /** The same for a subscriber: at once, and for a minute. */
    readonly pubsubMb: readonly [hard: number, soft: number];
    /** All clients together. */
    readonly allMb: number;
}

/** The directives by which `config` may set other limits. */
export const limitNames = {
    value: "proto-max-bulk-len",
    query: "client-query-buffer-limit",
    all: "maxmemory-clients",
    output: "client-output-buffer-limit",
} as const;

/**
 * A value may take 1/32 of the memory, and all that clients send and receive 1/8. One write can exceed
 * `maxmemory` by a value, since Redis looks before it and not after; so 5/32 are not for data.
 * `bench/calibrate/clients.mjs` measures that it is enough from 7.0 on: with all the data rewritten during a dump, readers that
 * read nothing, arguments sent by half and the longest values, the container holds 84 to 99 % of its limit.
 */
const valueShare = 1 / 32;
const allShare = 1 / 8;
/** Who sends a value, and who reads one, needs room for it; the server disconnects who exceeds the limit. */
const allPerValue = 2;

const mib = 2 ** 20;

/** Whole MiB of a part. */
export function mbOf({ mb = 0, ofMemory = 0 }: Part, memoryMb: number): number {
    return Math.max(1, Math.floor(mb + ofMemory * memoryMb));
}

/** A limit of `config`, which may be a percentage of `maxmemory`. */
function given({ config }: ClientSized, name: string): Part | undefined {
    const value = config[name];
    if (value === undefined) return undefined;
    const text = textOf(value);
    return text.endsWith("%") ? { ofMemory: Number.parseInt(text) / 100 } : { mb: bytesOf(text) / mib };
}

/** What is kept free for clients: a value that exceeds `maxmemory`, and all that they send and receive. */
export function clientParts(sized: ClientSized): readonly [value: Part, all: Part] {
    const value = given(sized, limitNames.value) ?? { ofMemory: valueShare };
    const usual = { ofMemory: allShare };
    const forValue = { mb: allPerValue * mbOf(value, sized.memoryMb) };
    const least = forValue.mb > mbOf(usual, sized.memoryMb) ? forValue : usual;
    return [value, given(sized, limitNames.all) ?? least];
}

/** As the component sets them, where `config` does not. */
export function clientLimits(sized: ClientSized): ClientLimits {
    const [value, all] = clientParts(sized).map((part) => mbOf(part, sized.memoryMb)) as [number, number];
    return {
        valueMb: value,
        queryMb: all,
        // Where all clients together have a limit, that comes first: who exceeds it goes at once, but who exceeds his own goes
        // only when all that have asked were answered.
        outputMb: versions[releaseOf(sized)].clientMemoryLimit ? all + value + 1 : all,
        // Redis's own limits, where there is room for them.
        pubsubMb: [Math.min(32, all), Math.min(8, Math.max(1, Math.floor(all / 4)))],
        allMb: all,
    };
}

export const clientProblems = {
    limit: problem(
        "client-limit-out-of-range",
        "A limit for clients in `config` is more than the memory has room for, none at all, or less than Redis takes.",
        "give the limit that the message states, or another memoryMb",
    ),
};

/** What is wrong with limits that `config` sets: values and clients may take half of the memory at most. */
export function checkClientLimits(sized: ClientSized): Finding[] {
    return [...tooLow(sized), ...checkReserve(sized), ...checkQuery(sized), ...checkOutput(sized)];
}

const limitFinding = (name: string, text: string, remedy: string) =>
    finding(clientProblems.limit, `config["${name}"]`, text, remedy);

const half = ({ memoryMb }: ClientSized) => Math.floor(memoryMb / 2);

const atMost = (mb: number) => `give at most ${Math.max(1, Math.floor(mb))}mb`;

function tooLow(sized: ClientSized): Finding[] {
    return [limitNames.value, limitNames.query].flatMap((name) =>
        (bytesGiven(sized, name) ?? mib) < mib
            ? [limitFinding(name, `is ${shown(sized, name)}, but Redis takes 1mb at least`, "give at least 1mb")]
            : [],
    );
}

/** Whether what is kept free for clients leaves room for data. */
function checkReserve(sized: ClientSized): Finding[] {
    const { memoryMb } = sized;
    const most = half(sized);
    const [value, all] = clientParts(sized).map((part) => mbOf(part, memoryMb)) as [number, number];
    const givenAll = bytesGiven(sized, limitNames.all);
    if (givenAll === 0) return [limitFinding(limitNames.all, "is 0, which is no limit", atMost(most - value))];
    if (value + all <= most) return [];
    const more = `or memoryMb of at least ${2 * (value + all)}`;
    const ofMemory = `is more than half of memoryMb ${memoryMb}`;
    if (givenAll !== undefined && value <= most / (1 + allPerValue)) {
        const text = `is ${shown(sized, limitNames.all)}, which with a value of ${value} MiB (${limitNames.value}) ${ofMemory}`;
        return [limitFinding(limitNames.all, text, `${atMost(most - value)}, ${more}`)];
    }
    const beside =
        givenAll === undefined
            ? `the ${all} MiB that clients need to send and receive it`
            : `${all} MiB for clients (${limitNames.all})`;
    const text = `is ${shown(sized, limitNames.value)}, which with ${beside} ${ofMemory}`;
    return [limitFinding(limitNames.value, text, `${atMost(most / (1 + allPerValue))}, ${more}`)];
}

function checkQuery(sized: ClientSized): Finding[] {
    const mb = Math.ceil((bytesGiven(sized, limitNames.query) ?? 0) / mib);
    if (mb <= half(sized)) return [];
    const text = `is ${shown(sized, limitNames.query)}, which is more than half of memoryMb ${sized.memoryMb}`;
    return [limitFinding(limitNames.query, text, `${atMost(half(sized))}, or memoryMb of at least ${2 * mb}`)];
}

function checkOutput(sized: ClientSized): Finding[] {
    return outputClasses(sized).flatMap(({ name, hardMb }) => {
        // From 7.0 on all clients together have a limit, and replicas are not among them.
        const counted = versions[releaseOf(sized)].clientMemoryLimit && !/replica|slave/.test(name);
        const most = counted ? sized.memoryMb : half(sized);
        if (hardMb === 0 && !counted)
            return [limitFinding(limitNames.output, `has no hard limit for ${name}`, atMost(most))];
        if (hardMb <= most) return [];
        const more = `or memoryMb of at least ${counted ? hardMb : 2 * hardMb}`;
        const text = `has ${hardMb} MiB for ${name}, which is more than ${counted ? "" : "half of "}memoryMb ${sized.memoryMb}`;
        return [limitFinding(limitNames.output, text, `${atMost(most)}, ${more}`)];
    });
}

/** As somebody wrote it. */
function shown({ config }: ClientSized, name: string): string {
    return textOf(config[name] ?? "");
}

function bytesGiven({ config }: ClientSized, name: string): number | undefined {
    const value = config[name];
    return value === undefined ? undefined : bytesOf(textOf(value).replace("%", ""));
}

/** Name and hard limit of each class in `client-output-buffer-limit`, which has four words for each. */
function outputClasses({ config }: ClientSized): { readonly name: string; readonly hardMb: number }[] {
    const words = textOf(config[limitNames.output] ?? "")
        .trim()
        .split(/\s+/);
    return words.flatMap((name, index) =>
        index % 4 === 0 && name !== "" ? [{ name, hardMb: Math.ceil(bytesOf(words[index + 1] ?? "") / mib) }] : [],
    );
}
