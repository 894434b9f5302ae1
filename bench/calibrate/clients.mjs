/**
 * Measures the memory of a container while clients use all that their limits allow: the figure behind
 * provider/model/sizing/clients.ts.
 *
 * Starts a server with the component's directives and fills it to its maxmemory. While the server dumps and all of its
 * data is overwritten, some clients send half of an argument and wait, some request large values and do not read them,
 * and some write values that exceed maxmemory. Prints the peak as a percentage of memoryMb. Above 100 %, the kernel
 * kills the server.
 *
 * With `aof`, up to two seconds of writes also wait in memory for the disk. At the speed of these clients, they can
 * exceed all the memory of a small server, however much memory is reserved.
 *
 * With `--limited`, the container is limited to memoryMb, and the table shows whether the kernel killed the server.
 * `--bounded no` omits the limits of clients, for comparison.
 */
import { createConnection } from "node:net";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { unreclaimableBytes } from "../lib/cgroup.mjs";
import { run, say, watchInterrupts } from "../lib/command.mjs";
import { cli, fill, hasExited, info, sample, sleepWhile, slowDown, startServer, write } from "../lib/server.mjs";
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
    const sockets = [];
    let writer;
    try {
        await fill(server, "values", maxmemoryMb * MiB);
        const before = await info(server);
        const idle = unreclaimableBytes(server.group);
        const memory = sample(server.group);
        if (flavor !== "nordb") {
            await slowDown(server, Number(options.seconds));
            await cli(server, flavor === "aof" ? "BGREWRITEAOF" : "BGSAVE");
        }
        writer = write(server, "values", maxmemoryMb * MiB, ["-P", "4", "-c", "10"]);
        await sleepWhile(server, Number(options.seconds) * 500);
        const duringDump = memory.peak();
        const valueBytes = clientLimits(spec).valueMb * MiB;
        // Opens connections continuously, like rejected clients that reconnect.
        for (const end = performance.now() + Number(options.seconds) * 500; performance.now() < end; await sleep(500)) {
            if (await hasExited(server)) break;
            for (let index = 0; index < Number(options.clients) / 5; index++) {
                sockets.push(readNothing(server), sendHalf(server, valueBytes), makeLonger(server, valueBytes, index));
            }
        }
        const killed = await hasExited(server);
        const after = killed ? before : await info(server);
        const percent = (bytes) => ((bytes / memoryMb / MiB) * 100).toFixed(0);
        const percentages = [idle, duringDump, memory.peak()].map(percent);
        const [dropped, evicted] = [after.dropped - before.dropped, after.evicted - before.evicted];
        const outcome = [killed ? "KILLED" : "no", dropped, evicted];
        const cells = [version, flavor, memoryMb, maxmemoryMb, ...percentages, ...outcome];
        const widths = [7, 6, 8, 9, 6, 6, 9, 6, 7, 7];
        console.log(cells.map((cell, index) => String(cell).padStart(widths[index])).join("  "));
        memory.stop();
    } finally {
        writer?.kill();
        for (const socket of sockets) socket.destroy();
        const all = [server.name, server.writer];
        await run("docker", ["rm", "--force", "--volumes", ...all], { cleaning: true }).catch(() => undefined);
    }
}

function connect({ address }) {
    const socket = createConnection(6379, address);
    socket.on("error", () => undefined);
    return socket;
}

/** Requests the largest value many times and reads no reply. */
function readNothing(server) {
    const socket = connect(server);
    socket.pause();
    socket.write("GET longer:0\r\n".repeat(50));
    return socket;
}

/** Sends the largest argument except for its last bytes. */
function sendHalf(server, valueBytes) {
    const socket = connect(server);
    socket.write(`*3\r\n$3\r\nSET\r\n$4\r\nhalf\r\n$${valueBytes}\r\n`);
    socket.write(Buffer.alloc(valueBytes - 10, "x"));
    return socket;
}

/** Creates a string of the maximum length with a request of a few bytes. */
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
