/** A client that writes without a pause, over TLS: it overwrites what `fill` wrote, and knows what was acknowledged. */
import Redis from "ioredis";
import { valueBytes } from "./fill.mjs";

const connections = 4;

export class Traffic {
    running = true;
    requests = 0;
    failures = 0;
    reconnects = 0;
    worstMs = 0;
    /** The last value of each key that was acknowledged. */
    acknowledged = new Map();

    constructor(tlsPort, caCertPem, keys) {
        const options = { host: "localhost", password: "bench", tls: { ca: caCertPem }, maxRetriesPerRequest: 0 };
        this.clients = Array.from(
            { length: connections },
            () => new Redis({ ...options, port: tlsPort, retryStrategy: () => 50 }),
        );
        // Each has keys of its own, so that the last value is known.
        this.writing = Promise.all(this.clients.map((client, index) => this.write(client, index, keys)));
    }

    async write(client, index, keys) {
        let stands = false;
        client.on("ready", () => (stands = true));
        client.on("close", () => {
            if (stands && this.running) this.reconnects++;
            stands = false;
        });
        // Each failure is also thrown below; without a listener it would be printed, too.
        client.on("error", () => undefined);
        for (let count = 0; this.running; count++) {
            const key = `key:${connections * Math.floor(Math.random() * (keys / connections)) + index}`;
            const value = `${count}:`.padEnd(valueBytes, "x");
            const started = performance.now();
            try {
                await client.set(key, value);
                this.acknowledged.set(key, count);
            } catch {
                this.failures++;
                // It may have been written or not.
                this.acknowledged.delete(key);
            }
            this.requests++;
            this.worstMs = Math.max(this.worstMs, performance.now() - started);
        }
    }

    async stop() {
        this.running = false;
        await this.writing;
        for (const client of this.clients) client.disconnect();
    }

    /** How many acknowledged writes the server on this port does not hold. */
    async lostOn(port) {
        const redis = new Redis({ port, password: "bench" });
        let lost = 0;
        const entries = [...this.acknowledged];
        for (let first = 0; first < entries.length; first += 1000) {
            const some = entries.slice(first, first + 1000);
            const pipeline = redis.pipeline();
            for (const [key, count] of some) pipeline.getrange(key, 0, `${count}:`.length - 1);
            const held = await pipeline.exec();
            lost += some.filter(([, count], index) => held[index][1] !== `${count}:`).length;
        }
        redis.disconnect();
        return lost;
    }
}
