/** The platform library: creating a database compared with the CLI alone, a fleet of databases, and its own memory. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { interruption, run, say, wasInterrupted } from "../lib/command.mjs";
import { writeFleet } from "../lib/fleet.cjs";
import { comparison, figure } from "../lib/report.mjs";

const { RedisPlatform } = createRequire(import.meta.url)("../../dist/provider/platform/index.js");

const rounds = 5;
const memoryMb = 64;
/** Seconds, and ratios. */
const goals = { create: 1.05, list: { 100: 2, 1000: 5 }, health: 2, memory: 1.1 };
const operations = { few: 20, many: 200 };

export async function platform(workspace, { isOvertime }) {
    say("platform: recording the state of a database");
    const recorded = await record(workspace);
    const fleets = Object.keys(goals.list).map(Number);
    const platforms = new Map(fleets.map((count) => [count, fleetOf(workspace, recorded, count)]));
    return [
        await creation(workspace, platforms.get(1000), isOvertime),
        {
            title: "A fleet of databases, from their states",
            ours: "library",
            unit: "s",
            rows: [
                ...(await listing(platforms)),
                figure("`health` of 1000", await secondsOfHealth(workspace, platforms.get(1000)), goals.health),
            ],
            notes: [
                `Each state is a copy of a real one, of ${Math.round(recorded.state.length / 1000)} kB. Docker's answer is fake.`,
            ],
        },
        await memoryUse(workspace, recorded),
    ];
}

/** Creates one database, which also warms up all caches, and returns its state. */
async function record(workspace) {
    const handle = `${workspace.name}-recorded`;
    const dataDirectory = join(workspace.directory, "platform");
    const library = RedisPlatform.open({ dataDirectory });
    await library.create(handle, await databaseArgs(workspace), { signal: interruption });
    const state = readFileSync(join(dataDirectory, "state/.pulumi/stacks/redis", `${handle}.json`), "utf8");
    await library.deprovision(handle, handle);
    return { state, recorded: handle };
}

/** A platform with `count` databases that exist only in its state. */
function fleetOf(workspace, recorded, count) {
    const dataDirectory = join(workspace.directory, `fleet-${count}`);
    writeFleet(join(dataDirectory, "state"), recorded, count);
    return RedisPlatform.open({ dataDirectory });
}

async function creation(workspace, large, isOvertime) {
    const small = RedisPlatform.open({ dataDirectory: join(workspace.directory, "platform") });
    const sides = [
        { name: "library", create: () => byLibrary(workspace, small), seconds: [] },
        { name: "library with 1000 databases", create: () => byLibrary(workspace, large), seconds: [] },
        { name: "CLI", create: () => byCli(workspace), seconds: [] },
    ];
    for (let round = 0; round < rounds && !(round >= 3 && isOvertime()); round++) {
        for (const side of round % 2 === 0 ? sides : sides.toReversed()) side.seconds.push(await side.create());
        const latest = sides.map(({ name, seconds }) => `${name} ${seconds.at(-1).toFixed(2)} s`);
        say(`platform, creation, round ${round + 1} of ${rounds}: ${latest.join(", ")}`);
    }
    const [ours, amongMany, theirs] = sides.map(({ seconds }) => seconds);
    return {
        title: "Creating a database: `create` compared with `pulumi stack init` and `pulumi up` of the same program",
        ours: "library",
        theirs: "CLI",
        unit: "s",
        rows: [
            comparison("the first database", ours, theirs, goals.create),
            comparison("one more than 1000", amongMany, theirs, goals.create),
        ],
    };
}

async function byLibrary(workspace, library) {
    const handle = `${workspace.name}-created`;
    const args = await databaseArgs(workspace);
    const seconds = await secondsOf(() => library.create(handle, args, { signal: interruption }));
    await library.deprovision(handle, handle);
    return seconds;
}

async function byCli(workspace) {
    const started = performance.now();
    const stack = await workspace.stack("platform", 1, memoryMb);
    await stack.up();
    const seconds = (performance.now() - started) / 1000;
    await stack.destroy();
    return seconds;
}

async function databaseArgs(workspace) {
    const port = await workspace.freePorts(2);
    return { memoryMb, ports: { plaintext: port, tls: port + 1 }, deletionProtection: false };
}

async function listing(platforms) {
    const rows = [];
    for (const [count, library] of platforms) {
        const seconds = [];
        for (let round = 0; round < rounds && !wasInterrupted(); round++) {
            seconds.push(await secondsOf(() => library.list()));
        }
        say(`platform: list of ${count} in ${seconds.map((each) => each.toFixed(2)).join(", ")} s`);
        rows.push(figure(`\`list\` of ${count}`, seconds, goals.list[count]));
    }
    return rows;
}

/** The fake `docker` prints one line for each container, as a host with all of them does. */
async function secondsOfHealth(workspace, library) {
    const directory = join(workspace.directory, "fake");
    const lines = (await library.list()).map(({ containerName }) => `${containerName}\trunning\tUp 1 hour (healthy)\n`);
    mkdirSync(directory);
    writeFileSync(join(directory, "containers"), lines.join(""));
    writeFileSync(join(directory, "docker"), `#!/bin/sh\nexec cat '${directory}/containers'\n`);
    chmodSync(join(directory, "docker"), 0o755);
    const { PATH } = process.env;
    process.env.PATH = directory + delimiter + PATH;
    try {
        const seconds = [];
        for (let round = 0; round < rounds; round++) {
            seconds.push(
                await secondsOf(async () => {
                    const unhealthy = (await library.health()).filter(({ state }) => state !== "healthy");
                    if (unhealthy.length > 0) throw new Error(`${unhealthy.length} databases are not healthy`);
                }),
            );
        }
        return seconds;
    } finally {
        process.env.PATH = PATH;
    }
}

async function memoryUse(workspace, recorded) {
    const { few, many } = operations;
    say(`platform: measuring the memory after ${few} and ${many} operations`);
    const directory = join(workspace.directory, "memory");
    writeFleet(join(directory, "state"), recorded, 10);
    const script = join(import.meta.dirname, "../lib/operations.mjs");
    const { stdout } = await run(process.execPath, ["--expose-gc", script, directory, String(few), String(many)]);
    const [before, after] = JSON.parse(stdout).map((bytes) => bytes / 2 ** 20);
    return {
        title: "Memory of the library's process",
        ours: `after ${many} operations`,
        theirs: `after ${few}`,
        unit: "MiB",
        rows: [comparison("heap in use after a collection", [after], [before], goals.memory)],
    };
}

async function secondsOf(work) {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1000;
}
