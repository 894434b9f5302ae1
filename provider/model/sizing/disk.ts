/** How much disk space a database can need, and whether `diskSizeGb` is enough. */
import { type ConfigValue, bytesOf, directivesOf } from "../catalog/directives";
import { type Finding, finding, problem } from "../findings";
import { maxmemoryOf } from "./memory";
import { type Engine, type Flavor, type Version, nameOf, releaseOf, versions } from "../catalog/versions";

/** What the size of a database's files depends on. */
interface Sized {
    readonly engine: Engine;
    readonly version: Version;
    readonly flavor: Flavor;
    readonly memoryMb: number;
    readonly config: Readonly<Record<string, ConfigValue>>;
}

/** Space for everything except data: manifests, files of the agent and the server, and file system metadata. */
const diskOverheadMb = 16;

/**
 * The sizes of files as multiples of `maxmemory`. `bench/calibrate/disk.mjs` fills `maxmemory` and overwrites the data
 * continuously during dumps and log rewrites, on 2.8, 3.2, 5.0, 7.0 and 8.0.
 *
 * `dump`: at most 0.98, with incompressible values, so `rdbcompression` makes no difference. Small values take 0.25,
 * because their keys need more space in memory than in a file.
 *
 * `commands`: a log that is rewritten as commands instead of a dump (without `aof-use-rdb-preamble`, which exists since
 * 4.0 and is on by default since 5.0). Sets of integers take 5.6: 2 bytes per member in memory, up to 12 as a command.
 *
 * `growth`: what clients write during one dump or rewrite. Only their speed limits it. 50,000 to 110,000 values of 512
 * bytes per second, the maximum of two cores during a rewrite, result in 1.6. All files together then take 5.3 (3.2), 6.3
 * (5.0), 4.7 (7.0) and 5.1 (8.0) times `maxmemory`; with the share below, the calculated size is 31.5, 16.5, 14 and 14
 * times. Clients that write values of 4 kB at 150 MB/s reach 13 from 7.0 on. Before 7.0, or with larger values, they reach
 * 20 to 30. This can exceed the calculated size, and the health check then reports it.
 */
const share = { dump: 1, commands: 6, growth: 2.5 };

/** The MiB that the files in `/data` can take at once; infinite if the log is never rewritten. */
export function neededDiskMb(sized: Sized): number {
    const dataMb = maxmemoryOf({ ...sized, followers: [], backup: undefined });
    const dumpMb = dataMb * share.dump;
    switch (sized.flavor) {
        case "nordb":
            // Nothing is persisted, but a server that is replaced hands over its data in one dump.
            return Math.ceil(dumpMb + diskOverheadMb);
        case "rdb":
            // A dump replaces the previous one only when it is complete, also the last dump of a server that stops.
            return Math.ceil(2 * dumpMb + diskOverheadMb);
        case "aof":
            return Math.ceil(logMb(sized, dataMb) + dumpMb + diskOverheadMb);
    }
}

/**
 * The log at its maximum size, plus the log that will replace it. The log grows until `auto-aof-rewrite-percentage` and
 * `auto-aof-rewrite-min-size` trigger a rewrite. It grows further while the rewrite waits for a running dump, and while
 * the new log is written. The percentage refers to the size after the last rewrite, including what was written during it.
 */
function logMb(sized: Sized, dataMb: number): number {
    const percentage = rewritePercentage(sized);
    if (percentage === 0) return Infinity;
    const rewrittenMb = dataMb * rewrittenShare(sized);
    const growthMb = dataMb * share.growth;
    const untilRewriteMb = Math.max(rewriteMinMb(sized), (1 + percentage / 100) * (rewrittenMb + growthMb));
    // A single file gets the writes made during the rewrite appended at the end, so they are on the disk twice for a moment.
    // In a directory they are in a separate file from the start.
    const appendedMb = versions[releaseOf(sized)].aofLayout === "appendonly.aof" ? growthMb : 0;
    return untilRewriteMb + 2 * growthMb + rewrittenMb + appendedMb;
}

function rewrittenShare(sized: Sized): number {
    return setting(sized, "aof-use-rdb-preamble") === "yes" ? share.dump : share.commands;
}

/** The maximum size of the next dump or rewrite, in percent of the data in memory; 0 if there is none. */
export function nextDumpPercent(sized: Sized): number {
    if (sized.flavor === "nordb") return 0;
    return 100 * (sized.flavor === "aof" ? rewrittenShare(sized) : share.dump);
}

const percentageName = "auto-aof-rewrite-percentage";

function rewritePercentage(sized: Sized): number {
    return Number(setting(sized, percentageName));
}

function rewriteMinMb(sized: Sized): number {
    return bytesOf(setting(sized, "auto-aof-rewrite-min-size")) / 2 ** 20;
}

/** The value from `config`, or the default of the server. A directive that the version does not support is off. */
function setting({ config, ...sized }: Sized, name: string): string {
    const configured: ConfigValue | undefined = config[name];
    if (typeof configured === "boolean") return configured ? "yes" : "no";
    return String(configured ?? directivesOf(releaseOf(sized))[name]?.default ?? "no").toLowerCase();
}

/** The smallest sufficient `diskSizeGb`, rounded up to two decimals. */
export function smallestDiskSizeGb(sized: Sized): number {
    return Math.ceil((neededDiskMb(sized) * 100) / 1024) / 100;
}

export const diskProblems = {
    tooSmall: problem(
        "disk-size-too-small",
        "The files of the database can take more than `diskSizeGb`.",
        "set at least the size that the message states, or reduce memoryMb",
    ),
    logNeverRewritten: problem(
        "log-never-rewritten",
        "With `auto-aof-rewrite-percentage` 0 the log is never rewritten and exceeds any `diskSizeGb`.",
        "set 100, the default of Redis, or leave diskSizeGb out",
    ),
};

export function checkDiskSize(sized: Sized, diskSizeGb: number): Finding[] {
    const neededMb = neededDiskMb(sized);
    if (neededMb === Infinity) {
        const text = "is 0, so the log is never rewritten and exceeds any diskSizeGb";
        return [finding(diskProblems.logNeverRewritten, `config["${percentageName}"]`, text)];
    }
    if (diskSizeMb(diskSizeGb) >= neededMb) return [];
    const smallest = smallestDiskSizeGb(sized);
    const { flavor, memoryMb } = sized;
    return [
        finding(
            diskProblems.tooSmall,
            "diskSizeGb",
            `is ${diskSizeGb}, but the files of ${nameOf(releaseOf(sized))} with flavor "${flavor}" and memoryMb ${memoryMb} can take ${smallest}`,
            `set at least ${smallest}, or reduce memoryMb`,
        ),
    ];
}

/** `diskSizeGb` in whole MiB. The argument check, the agent, the health check and the quota all use this value. */
export function diskSizeMb(diskSizeGb: number): number {
    return Math.floor(diskSizeGb * 1024);
}
