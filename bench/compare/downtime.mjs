/** How long nobody answers while a server is replaced by one of a later version, beside stopping and running by hand. */
import { setTimeout as sleep } from "node:timers/promises";
import Redis from "ioredis";
import { docker, run, say } from "../lib/command.mjs";
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
    aof: ["--appendonly", "yes", "--save", "900 1 300 10 60 10000"],
    rdb: ["--appendonly", "no", "--save", "900 1 300 10 60 10000"],
    // A save point that is never reached: the server dumps when it is stopped, as the component has it do.
    nordb: ["--appendonly", "no", "--save", "2147483647 2147483647"],
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
            title: `Seconds without an answer while ${from} becomes ${to}`,
            ours: "component",
            theirs: "docker stop + run",
            compared: "more",
            unit: "s",
            rows,
            notes: [
                "By hand is one `docker stop` and one `docker run` on the same volume, with nothing verified in between.",
            ],
        },
    ];
}

async function byPulumi(workspace, flavor, megabytes) {
    // What is left of it for data, with room to spare.
    const memoryMb = Math.ceil((megabytes * 1.5) / 0.44) + 64;
    const stack = await workspace.stack("upgrade", 1, memoryMb);
    const { firstPort: port } = stack.databases({ version: from, flavor });
    try {
        await stack.up();
        await fill(port, megabytes);
        stack.databases({ version: to });
        return await gapDuring(port, megabytes, () => stack.up());
    } finally {
        await stack.destroy();
    }
}

async function byDocker(workspace, flavor, megabytes) {
    const port = await workspace.freePorts(1);
    const name = `${workspace.name}-run-${port}`;
    const start = (version) =>
        run("docker", [
            ...["run", "--detach", "--name", name, "--publish", `127.0.0.1:${port}:6379`, "--volume", `${name}:/data`],
            ...[`redis:${version}`, "redis-server", "--requirepass", "bench", ...flavors[flavor]],
        ]);
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

/** The longest time between two answers while `change` is under way and until all keys are there again. */
async function gapDuring(port, megabytes, change) {
    let longest = 0;
    let last = performance.now();
    let running = true;
    const redis = new Redis({
        port,
        password: "bench",
        retryStrategy: () => 5,
        maxRetriesPerRequest: 0,
        // Waiting for a server that is loading would be done by us, by asking again.
        enableReadyCheck: false,
    });
    redis.on("error", () => undefined);
    const asking = (async () => {
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
    await asking;
    redis.disconnect();
    if (performance.now() > deadline) throw new Error("the data was not there again within a minute");
    return longest / 1000;
}
