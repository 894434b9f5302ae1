/** Writes where writes are taken, and reads from every replica: over TLS, with the certificates verified. */
import { readFileSync } from "node:fs";
import Redis from "ioredis";

/** The stack's outputs come on standard input: a command line is for everyone to read. */
const { tlsUrl, caCertPem, replicaTlsUrls, replicaCaCertPem } = JSON.parse(readFileSync(0, "utf8")) as {
    tlsUrl: string;
    caCertPem: string;
    replicaTlsUrls: string[];
    replicaCaCertPem: string;
};

async function ask<T>(url: string, ca: string, question: (redis: Redis) => Promise<T>): Promise<void> {
    const redis = new Redis(url, { tls: { ca }, maxRetriesPerRequest: 1 });
    try {
        console.log(`${new URL(url).host}: ${String(await question(redis))}`);
    } finally {
        redis.disconnect();
    }
}

async function run(command?: string, key?: string, value?: string): Promise<void> {
    if (command === "set" && key !== undefined && value !== undefined) {
        await ask(tlsUrl, caCertPem, (redis) => redis.set(key, value));
    } else if (command === "get" && key !== undefined) {
        for (const url of replicaTlsUrls) await ask(url, replicaCaCertPem, (redis) => redis.get(key));
    } else {
        throw new Error("usage: client.ts set KEY VALUE | client.ts get KEY");
    }
}

run(...process.argv.slice(2)).catch((error: unknown) => {
    console.error(String(error));
    process.exitCode = 1;
});
