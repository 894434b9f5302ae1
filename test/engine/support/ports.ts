/** Ports that no other suite takes. Two databases could get the same ports if the component chose them at random. */
import { readFileSync } from "node:fs";

/** Pairs of ports from 20000 to 31999: pair n has the ports 2n and 2n + 1, as in the component. */
const [first, last] = [10_000, 15_999];

/** Suites that run at the same time are in different workers of Jest. */
const workers = 8;
const worker = Number(process.env.JEST_WORKER_ID ?? 0) % workers;

/** Where the search for the next pair starts. The random start keeps checkouts apart. */
let next = first + Math.floor((Math.random() * (last - first)) / workers) * workers;

/** Returns `count` pairs of this worker on which no process listens. */
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
    // Local address and port, remote address and port, and the state; 0A is LISTEN.
    const ports = lines.map((line) => /^ *\d+: \w+:(\w{4}) \w+:\w{4} 0A /.exec(line)?.[1]);
    return new Set(ports.flatMap((port) => (port === undefined ? [] : [parseInt(port, 16)])));
}
