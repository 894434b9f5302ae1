/** A client that writes continuously over TLS. It overwrites the keys of `fill` and records the acknowledged writes. */
import Redis from "ioredis";
import { valueBytes } from "./fill.mjs";

const connections = 4;

export class Traffic {
    running = true;
    requests = 0;
    failures = 0;
    reconnects = 0;
    worstMs = 0;
    /** The last acknowledged value of each key. */
    acknowledged = new Map();

    constructor(tlsPort, caCertPem, keys) {
        const options = { host: "localhost", password: "bench", tls: { ca: caCertPem }, maxRetriesPerRequest: 0 };
        this.clients = Array.from(
            { length: connections },
            () => new Redis({ ...options, port: tlsPort, retryStrategy: () => 50 }),
        );
        // Each connection writes different keys, so that the last value of a key is known.
        this.writing = Promise.all(this.clients.map((client, index) => this.write(client, index, keys)));
    }

    async write(client, index, keys) {
        let connected = false;
        client.on("ready", () => (connected = true));
        client.on("close", () => {
            if (connected && this.running) this.reconnects++;
            connected = false;
        });
        // `set` throws each failure. Without a listener, ioredis would also print it.
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
                // The server may or may not have applied this write.
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

    /** Counts the acknowledged writes that the server on this port does not have. */
    async lostOn(port) {
        const redis = new Redis({ port, password: "bench" });
        let lost = 0;
        const entries = [...this.acknowledged];
        for (let first = 0; first < entries.length; first += 1000) {
            const batch = entries.slice(first, first + 1000);
            const pipeline = redis.pipeline();
            for (const [key, count] of batch) pipeline.getrange(key, 0, `${count}:`.length - 1);
            const values = await pipeline.exec();
            lost += batch.filter(([, count], index) => values[index][1] !== `${count}:`).length;
        }
        redis.disconnect();
        return lost;
    }
}
