/** Test data, written by Lua scripts in the server because that is fastest. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import Redis from "ioredis";

export const valueBytes = 1000;

/** Writes incompressible values, then waits for dumps and rewrites, so that both sides start from the same state. */
export async function fill(port, megabytes) {
    const redis = new Redis({ port, password: "bench", retryStrategy: () => 100, maxRetriesPerRequest: null });
    redis.on("error", () => undefined);
    const script = "for i = ARGV[1], ARGV[2] do redis.call('SET', 'key:' .. i, ARGV[3] .. i) end";
    const value = randomBytes(valueBytes).toString("base64").slice(0, valueBytes);
    const batch = 20_000;
    for (let first = 0; first < megabytes * 1000; first += batch) {
        await redis.eval(script, 0, first, first + batch - 1, value);
    }
    while (/^(rdb_bgsave|aof_rewrite)_(in_progress|scheduled):1/m.test(await redis.info("persistence")))
        await sleep(100);
    redis.disconnect();
}
