/** How long a server does not answer during an upgrade, compared with `docker stop` and `docker run` by hand. */
import { setTimeout as sleep } from "node:timers/promises";
import Redis from "ioredis";
import { docker, flags, say } from "../lib/command.mjs";
import { fill } from "../lib/fill.mjs";
import { difference } from "../lib/report.mjs";

const from = "7.0";
const to = "8.0";
const goalSeconds = 0.5;
const sizes = [
    { megabytes: 100, rounds: 3 },
    { megabytes: 1000, rounds: 1 },
];
const flavors = {
    aof: { appendonly: "yes", save: "900 1 300 10 60 10000" },
    rdb: { appendonly: "no", save: "900 1 300 10 60 10000" },
    // A save point that is never reached makes the server dump when it stops, as with the component.
    nordb: { appendonly: "no", save: "2147483647 2147483647" },
};

export async function downtime(workspace) {
    const rows = [];
    for (const { megabytes, rounds } of sizes) {
        for (const flavor of Object.keys(flavors)) {
            const sides = [
                { name: "component", measure: () => byPulumi(workspace, flavor, megabytes), seconds: [] },
                { name: "by hand", measure: () => byDocker(workspace, flavor, megabytes), seconds: [] },
            ];
            for (let round = 0; round < rounds; round++) {
                for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
                    side.seconds.push(await side.measure());
                    say(`downtime, ${flavor}, ${megabytes} MB: ${side.name} ${side.seconds.at(-1).toFixed(2)} s`);
                }
            }
            const [ours, byHand] = sides;
            rows.push(difference(`${flavor}, ${megabytes} MB`, ours.seconds, byHand.seconds, goalSeconds));
        }
    }
    return [
        {
            title: `Seconds without a reply during an upgrade from ${from} to ${to}`,
            ours: "component",
            theirs: "docker stop + run",
            compared: "difference",
            unit: "s",
            rows,
            notes: ["By hand: one `docker stop` and one `docker run` on the same volume, without verification."],
        },
    ];
}

async function byPulumi(workspace, flavor, megabytes) {
    // Enough memory for the data, with a reserve.
    const memoryMb = Math.ceil((megabytes * 1.5) / 0.44) + 64;
    const stack = await workspace.stack("upgrade", 1, memoryMb);
    const { firstPort: port } = stack.configure({ version: from, flavor });
    try {
        await stack.up();
        await fill(port, megabytes);
        stack.configure({ version: to });
        return await gapDuring(port, megabytes, () => stack.up());
    } finally {
        await stack.destroy();
    }
}

async function byDocker(workspace, flavor, megabytes) {
    const port = await workspace.freePorts(1);
    const name = `${workspace.name}-run-${port}`;
    const start = (version) =>
        docker(
            "run",
            ...flags({ detach: true, name, publish: `127.0.0.1:${port}:6379`, volume: `${name}:/data` }),
            `redis:${version}`,
            "redis-server",
            ...flags({ requirepass: "bench", ...flavors[flavor] }),
        );
    try {
        await start(from);
        await fill(port, megabytes);
        return await gapDuring(port, megabytes, async () => {
            await docker("stop", "--time", "600", name);
            await docker("rm", name);
            await start(to);
        });
    } finally {
        await docker("rm", "--force", name);
        await docker("volume", "rm", name);
    }
}

/** The longest time between two replies during `change`, until the server has all keys again. */
async function gapDuring(port, megabytes, change) {
    let longest = 0;
    let last = performance.now();
    let running = true;
    const redis = new Redis({
        port,
        password: "bench",
        retryStrategy: () => 5,
        maxRetriesPerRequest: 0,
        // Connects even while the server loads its data. The loop below retries.
        enableReadyCheck: false,
    });
    redis.on("error", () => undefined);
    const polling = (async () => {
        while (running) {
            const keys = await redis.dbsize().catch(() => 0);
            if (keys >= megabytes * 1000) {
                longest = Math.max(longest, performance.now() - last);
                last = performance.now();
            }
            await sleep(5);
        }
    })();
    await change();
    const deadline = performance.now() + 60_000;
    while (performance.now() - last > 50 && performance.now() < deadline) await sleep(10);
    running = false;
    await polling;
    redis.disconnect();
    if (performance.now() > deadline) throw new Error("the data was not available again within a minute");
    return longest / 1000;
}
