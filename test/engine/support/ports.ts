/** Ports that no other suite takes: what the component chooses at random, two databases could both be given one day. */
import { readFileSync } from "node:fs";

/** As the component chooses them: pairs of ports from 20000. */
const [first, last] = [10_000, 15_999];

/** Suites that run at the same time are in different workers of Jest. */
const workers = 8;
const worker = Number(process.env.JEST_WORKER_ID ?? 0) % workers;

/** Where the next stack's begin. Each checkout begins elsewhere. */
let next = first + Math.floor((Math.random() * (last - first)) / workers) * workers;

/** So many pairs of this worker's on which nobody listens. */
export function takePairs(count: number): number[] {
    const listening = listeningPorts();
    const pairs: number[] = [];
    while (pairs.length < count) {
        next = next + workers > last ? first : next + workers;
        const pair = next - (next % workers) + worker;
        if (![2 * pair, 2 * pair + 1].some((port) => listening.has(port))) pairs.push(pair);
    }
    return pairs;
}

function listeningPorts(): ReadonlySet<number> {
    const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => readFileSync(file, "utf8").split("\n"));
    // Local address and port, remote address and port, and the state, of which 0A is LISTEN.
    const ports = lines.map((line) => /^ *\d+: \w+:(\w{4}) \w+:\w{4} 0A /.exec(line)?.[1]);
    return new Set(ports.flatMap((port) => (port === undefined ? [] : [parseInt(port, 16)])));
}
