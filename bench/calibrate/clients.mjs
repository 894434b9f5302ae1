/**
 * What the container holds at worst while clients take all that their limits give them: the figure behind
 * provider/model/sizing/clients.ts. Runs a server with the component's own directives, filled to its maxmemory. While it
 * dumps and all of its data is overwritten, clients send half of an argument and wait, others ask for large values and read
 * none, and others write values that exceed maxmemory. Prints the most that the container held as a part of memoryMb: above
 * 100 % the kernel ends the server. With `aof` what waits for the disk comes on top, up to two seconds of writes: as fast as
 * these clients write, that can be more than all of a small server's memory, whatever is kept free. With `--limited` the container has memoryMb and no more, and the table shows whether
 * that happened. `--bounded no` leaves out the limits, for comparison.
 */
import { createConnection } from "node:net";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { heldBytes } from "../lib/cgroup.mjs";
import { run, say, watchInterrupts } from "../lib/command.mjs";
import { cli, fill, hasEnded, info, sample, sleepWhile, slowDown, startServer, write } from "../lib/server.mjs";
import { Workspace } from "../lib/workspace.mjs";

const require = createRequire(import.meta.url);
const { resolveArguments } = require("../../dist/provider/model/arguments/resolve.js");
const { clientDirectives } = require("../../dist/provider/model/render/redisConf.js");
const { clientLimits } = require("../../dist/provider/model/sizing/clients.js");
const { maxmemoryOf } = require("../../dist/provider/model/sizing/memory.js");

const { values: options } = parseArgs({
    options: {
        versions: { type: "string", default: "6.2,7.0,8.0" },
        flavors: { type: "string", default: "rdb,nordb" },
        sizes: { type: "string", default: "64,512" },
        clients: { type: "string", default: "20" },
        seconds: { type: "string", default: "30" },
        bounded: { type: "string", default: "yes" },
        limited: { type: "boolean", default: false },
    },
});
const list = (text) => text.split(",");
const MiB = 2 ** 20;

const workspace = new Workspace();

async function measure({ version, flavor, memoryMb }) {
    const { spec } = resolveArguments({ version, flavor, memoryMb });
    const maxmemoryMb = maxmemoryOf(spec);
    const server = await startServer(`${workspace.name}-server`, spec, {
        maxmemoryMb,
        directives: options.bounded === "yes" ? clientDirectives(spec) : [],
        limitMb: options.limited ? memoryMb : memoryMb * 4,
    });
    const open = [];
    let writer;
    try {
        await fill(server, "values", maxmemoryMb * MiB);
        const before = await info(server);
        const idle = heldBytes(server.group);
        const watch = sample(server.group);
        if (flavor !== "nordb") {
            await slowDown(server, Number(options.seconds));
            await cli(server, flavor === "aof" ? "BGREWRITEAOF" : "BGSAVE");
        }
        writer = write(server, "values", maxmemoryMb * MiB, ["-P", "4", "-c", "10"]);
        await sleepWhile(server, Number(options.seconds) * 500);
        const duringDump = watch.most();
        const valueBytes = clientLimits(spec).valueMb * MiB;
        // Without a pause, as those that are refused come again.
        for (const end = performance.now() + Number(options.seconds) * 500; performance.now() < end; await sleep(500)) {
            if (await hasEnded(server)) break;
            for (let index = 0; index < Number(options.clients) / 5; index++) {
                open.push(readNothing(server), sendHalf(server, valueBytes), makeLonger(server, valueBytes, index));
            }
        }
        const killed = await hasEnded(server);
        const after = killed ? before : await info(server);
        const percent = (bytes) => ((bytes / memoryMb / MiB) * 100).toFixed(0);
        const cells = [
            ...[version, flavor, memoryMb, maxmemoryMb, percent(idle), percent(duringDump), percent(watch.most())],
            ...[killed ? "KILLED" : "no", after.dropped - before.dropped, after.evicted - before.evicted],
        ];
        const widths = [7, 6, 8, 9, 6, 6, 9, 6, 7, 7];
        console.log(cells.map((cell, index) => String(cell).padStart(widths[index])).join("  "));
        watch.stop();
    } finally {
        writer?.kill();
        for (const socket of open) socket.destroy();
        const all = [server.name, server.writer];
        await run("docker", ["rm", "--force", "--volumes", ...all], { cleaning: true }).catch(() => undefined);
    }
}

function connect({ address }) {
    const socket = createConnection(6379, address);
    socket.on("error", () => undefined);
    return socket;
}

/** Asks for the largest value that there is, many times. */
function readNothing(server) {
    const socket = connect(server);
    socket.pause();
    socket.write("GET longer:0\r\n".repeat(50));
    return socket;
}

/** Sends all but the end of the largest argument. */
function sendHalf(server, valueBytes) {
    const socket = connect(server);
    socket.write(`*3\r\n$3\r\nSET\r\n$4\r\nhalf\r\n$${valueBytes}\r\n`);
    socket.write(Buffer.alloc(valueBytes - 10, "x"));
    return socket;
}

/** Makes a string as long as it may be with a few bytes. */
function makeLonger(server, valueBytes, index) {
    const socket = connect(server);
    socket.write(`SETRANGE longer:${index} ${valueBytes - 1} x\r\n`);
    return socket;
}

watchInterrupts();
try {
    console.log("version  flavor  memoryMb  maxmemory  idle %  dump %  clients %  killed  dropped  evicted");
    for (const version of list(options.versions)) {
        for (const flavor of list(options.flavors)) {
            for (const memoryMb of list(options.sizes).map(Number)) await measure({ version, flavor, memoryMb });
        }
    }
} catch (error) {
    process.exitCode = 1;
    say(error.message);
} finally {
    await workspace.close();
}
