/**
 * Independent clients that send commands without a pause, each incrementing its own key: ioredis over TLS, redis-cli over
 * plaintext. They report requests, failures and lost writes.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import Redis from "ioredis";
import type { Client } from "./docker";

export interface Report {
    readonly requests: number;
    readonly failures: number;
    /** How often an established connection was lost. */
    readonly reconnects: number;
    /** Acknowledged increments that are missing from the counter. */
    readonly lost: number;
}

const pauseMs = 5;

/** ioredis over TLS, with the chain verified. */
export class TlsTraffic {
    private running = true;
    private acknowledged = 0;
    private failures = 0;
    private reconnects = 0;
    private readonly redis: Redis;
    private readonly loop: Promise<void>;

    constructor(url: string, caCertPem: string) {
        this.redis = new Redis(url, { tls: { ca: caCertPem }, maxRetriesPerRequest: 0, retryStrategy: () => 50 });
        let connected = false;
        this.redis.on("ready", () => {
            connected = true;
        });
        this.redis.on("close", () => {
            if (connected && this.running) this.reconnects++;
            connected = false;
        });
        // `count` counts failed requests. Without a listener, ioredis would print each error.
        this.redis.on("error", () => undefined);
        this.loop = this.count();
    }

    private async count(): Promise<void> {
        while (this.running) {
            try {
                await this.redis.incr("tls-traffic");
                this.acknowledged++;
            } catch {
                this.failures++;
            }
            await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
    }

    async stop(): Promise<Report> {
        this.running = false;
        await this.loop;
        const counter = Number(await this.redis.get("tls-traffic"));
        this.redis.disconnect();
        const { acknowledged, failures, reconnects } = this;
        return { requests: acknowledged + failures, failures, reconnects, lost: Math.max(0, acknowledged - counter) };
    }
}

/**
 * redis-cli over plaintext, which reads commands from a pipe. After a lost connection, the next command opens a new
 * one.
 */
export class PlaintextTraffic {
    private readonly process: ChildProcessWithoutNullStreams;
    private readonly timer: NodeJS.Timeout;
    private readonly ended: Promise<unknown>;
    private acknowledged = 0;
    private failures = 0;
    private reconnects = 0;
    private failing = false;

    constructor(
        private readonly client: Client,
        url: string,
    ) {
        this.process = client.pipe(url);
        this.ended = new Promise((resolve) => this.process.once("close", resolve));
        createInterface(this.process.stdout).on("line", (line) => {
            this.read(line);
        });
        this.timer = setInterval(() => this.process.stdin.write("INCR plaintext-traffic\n"), pauseMs);
    }

    private read(line: string): void {
        if (line.trim() === "") return;
        const succeeded = /^\d+$/.test(line);
        if (succeeded) this.acknowledged++;
        else this.failures++;
        if (!succeeded && !this.failing) this.reconnects++;
        this.failing = !succeeded;
    }

    /** `url` is the server's current URL. */
    async stop(url: string): Promise<Report> {
        clearInterval(this.timer);
        this.process.stdin.end();
        await this.ended;
        const counter = Number(this.client.redis(url, ["GET", "plaintext-traffic"]));
        const { acknowledged, failures, reconnects } = this;
        return { requests: acknowledged + failures, failures, reconnects, lost: Math.max(0, acknowledged - counter) };
    }
}
