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
    limitTooHigh: problem(
        "client-limit-too-high",
        "A limit for clients in `config` is more than the memory has room for, or there is none.",
        "give the limit that the message states, or more memoryMb",
    ),
};

/** Limits that `config` sets, and how much they take of the memory, which is half of it at most. */
export function checkClientLimits(sized: ClientSized): Finding[] {
    const { config, memoryMb } = sized;
    const mostMb = Math.floor(memoryMb / 2);
    const tooHigh = (name: string, what: string, takesMb: number, highestMb: number) => {
        const unlimited = takesMb === Infinity;
        const takes = unlimited ? "" : `; so clients may take ${takesMb} MiB, of memoryMb ${memoryMb}`;
        const more = unlimited ? "" : `, or memoryMb of at least ${2 * takesMb}`;
        const remedy = `give at most ${Math.max(1, highestMb)}mb${more}`;
        return finding(clientProblems.limitTooHigh, `config["${name}"]`, `${what}${takes}`, remedy);
    };
    const shown = (name: string) => `is ${textOf(config[name] ?? "")}`;
    const found: Finding[] = [];

    const [value, all] = clientParts(sized).map((part) => mbOf(part, memoryMb)) as [number, number];
    const givesAll = config[limitNames.all] !== undefined;
    if (givesAll && bytesGiven(sized, limitNames.all) === 0) {
        found.push(tooHigh(limitNames.all, "is 0, which is no limit", Infinity, mostMb - value));
    } else if (value + all > mostMb) {
        const name = config[limitNames.value] === undefined ? limitNames.all : limitNames.value;
        const highest = name === limitNames.all ? mostMb - value : givesAll ? mostMb - all : mostMb / (1 + allPerValue);
        found.push(tooHigh(name, shown(name), value + all, Math.floor(highest)));
    }
    const query = Math.ceil((bytesGiven(sized, limitNames.query) ?? 0) / mib);
    if (query > mostMb) found.push(tooHigh(limitNames.query, shown(limitNames.query), query, mostMb));
    for (const { name, hardMb } of outputClasses(sized)) {
        // From 7.0 on all clients together have a limit, and replicas are not among them.
        const counted = versions[releaseOf(sized)].clientMemoryLimit && !/replica|slave/.test(name);
        const highest = counted ? memoryMb : mostMb;
        if (hardMb === 0 && !counted) {
            found.push(tooHigh(limitNames.output, `has no hard limit for ${name}`, Infinity, highest));
        } else if (hardMb > highest) {
            found.push(tooHigh(limitNames.output, `has ${hardMb} MiB for ${name}`, hardMb, highest));
        }
    }
    return found;
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
