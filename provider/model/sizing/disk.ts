/** How much disk a database can need, which is what `diskSizeGb` must hold. */
import { type ConfigValue, bytesOf, directivesOf } from "../catalog/directives";
import { type Finding, finding, problem } from "../findings";
import { maxmemoryOf } from "./memory";
import { type Engine, type Flavor, type Version, nameOf, releaseOf, versions } from "../catalog/versions";

/** What a database's files depend on. */
interface Sized {
    readonly engine: Engine;
    readonly version: Version;
    readonly flavor: Flavor;
    readonly memoryMb: number;
    readonly config: Readonly<Record<string, ConfigValue>>;
}

/** What is there besides data: manifests, notes of the agent and the server, the file system's own blocks. */
const diskItselfMb = 16;

/**
 * The parts of `maxmemory` that files take. `bench/calibrate/disk.mjs` fills `maxmemory` and overwrites it without a
 * pause through dumps and rewrites of the log, on 2.8, 3.2, 5.0, 7.0 and 8.0.
 *
 * `dump`: at most 0.98, of values that cannot be compressed; so `rdbcompression` changes nothing in it. Small values
 * take 0.25, as their keys weigh more in memory than in a file.
 *
 * `commands`: a log that is rewritten as commands and not as a dump (`aof-use-rdb-preamble`, which came with 4.0 and is
 * on from 5.0). Sets of integers take 5.6: 2 bytes a member in memory, up to 12 as a command.
 *
 * `growth`: what clients write while one dump or rewrite runs, which nothing limits but their speed. 50,000 to 110,000
 * values of 512 bytes a second, all that two cores give beside the rewrite, come to 1.6. All files together then take
 * 5.3 (3.2), 6.3 (5.0), 4.7 (7.0) and 5.1 (8.0) times `maxmemory`, where the share of growth makes it 31.5, 16.5, 14 and
 * 14. Clients that write values of 4 kB at 150 MB/s reach 13 from 7.0 on; before, and with larger values, 20 to 30: more
 * than this, which is for the health check to tell.
 */
const share = { dump: 1, commands: 6, growth: 2.5 };

/** MiB that the files in `/data` can take at once; without end where the log is never rewritten. */
export function neededDiskMb(sized: Sized): number {
    const dataMb = maxmemoryOf({ ...sized, followers: [] });
    const dumpMb = dataMb * share.dump;
    switch (sized.flavor) {
        case "nordb":
            // Nothing is kept, but a server that is replaced hands over its data in one dump.
            return Math.ceil(dumpMb + diskItselfMb);
        case "rdb":
            // A dump replaces the one before it when it is complete, and so does the last one of a server that stops.
            return Math.ceil(2 * dumpMb + diskItselfMb);
        case "aof":
            return Math.ceil(logMb(sized, dataMb) + dumpMb + diskItselfMb);
    }
}

/**
 * The log at its longest, beside the one that is to replace it: it grows until `auto-aof-rewrite-percentage` and
 * `auto-aof-rewrite-min-size` have it rewritten, has to wait where a dump runs, and grows on while the other is written.
 * The percentage is of what the last rewrite left, with all that was written meanwhile.
 */
function logMb(sized: Sized, dataMb: number): number {
    const percentage = rewritePercentage(sized);
    if (percentage === 0) return Infinity;
    const rewrittenMb = dataMb * rewrittenShare(sized);
    const growthMb = dataMb * share.growth;
    const untilRewriteMb = Math.max(rewriteMinMb(sized), (1 + percentage / 100) * (rewrittenMb + growthMb));
    // One file alone takes what was written meanwhile at its end; in a directory that is a file of its own from the start.
    const twice = versions[releaseOf(sized)].aofLayout === "appendonly.aof" ? growthMb : 0;
    return untilRewriteMb + 2 * growthMb + rewrittenMb + twice;
}

function rewrittenShare(sized: Sized): number {
    return setting(sized, "aof-use-rdb-preamble") === "yes" ? share.dump : share.commands;
}

/** The most that the next dump or rewrite takes, in percent of the data in memory; 0 where there is none. */
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

/** As `config` says it, or else as the server has it by itself; a directive that it does not know is off. */
function setting({ config, ...sized }: Sized, name: string): string {
    const given: ConfigValue | undefined = config[name];
    if (typeof given === "boolean") return given ? "yes" : "no";
    return String(given ?? directivesOf(releaseOf(sized))[name]?.default ?? "no").toLowerCase();
}

/** The smallest `diskSizeGb`, rounded up to what people write. */
export function smallestDiskSizeGb(sized: Sized): number {
    return Math.ceil((neededDiskMb(sized) * 100) / 1024) / 100;
}

export const diskProblems = {
    tooSmall: problem(
        "disk-size-too-small",
        "The files of the database can take more than `diskSizeGb`.",
        "give at least the size that the message states, or less memoryMb",
    ),
    logNeverRewritten: problem(
        "log-never-rewritten",
        "With `auto-aof-rewrite-percentage` 0 the log is never rewritten, and outgrows every `diskSizeGb`.",
        "give 100, which is Redis's own value, or leave diskSizeGb out",
    ),
};

export function checkDiskSize(sized: Sized, diskSizeGb: number): Finding[] {
    const neededMb = neededDiskMb(sized);
    if (neededMb === Infinity) {
        const text = "is 0, so the log is never rewritten and outgrows every diskSizeGb";
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
            `give at least ${smallest}, or less memoryMb`,
        ),
    ];
}

/** `diskSizeGb` in whole MiB: what the check of the arguments, the agent, the health check and the quota go by. */
export function diskSizeMb(diskSizeGb: number): number {
    return Math.floor(diskSizeGb * 1024);
}
