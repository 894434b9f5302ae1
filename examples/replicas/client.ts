/** Writes to the primary and reads from every replica, over TLS with certificate verification. */
import { readFileSync } from "node:fs";
import Redis from "ioredis";

/** The stack's outputs, from standard input: every user of the machine can read command lines. */
const { tlsUrl, caCertPem, replicaTlsUrls, replicaCaCertPem } = JSON.parse(readFileSync(0, "utf8")) as {
    tlsUrl: string;
    caCertPem: string;
    replicaTlsUrls: string[];
    replicaCaCertPem: string;
};

async function send<T>(url: string, ca: string, request: (redis: Redis) => Promise<T>): Promise<void> {
    const redis = new Redis(url, { tls: { ca }, maxRetriesPerRequest: 1 });
    try {
        console.log(`${new URL(url).host}: ${String(await request(redis))}`);
    } finally {
        redis.disconnect();
    }
}

async function run(command?: string, key?: string, value?: string): Promise<void> {
    if (command === "set" && key !== undefined && value !== undefined) {
        await send(tlsUrl, caCertPem, (redis) => redis.set(key, value));
    } else if (command === "get" && key !== undefined) {
        for (const url of replicaTlsUrls) await send(url, replicaCaCertPem, (redis) => redis.get(key));
    } else {
        throw new Error("usage: client.ts set KEY VALUE | client.ts get KEY");
    }
}

run(...process.argv.slice(2)).catch((error: unknown) => {
    console.error(String(error));
    process.exitCode = 1;
});
