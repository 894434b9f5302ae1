/**
 * Clients that are not ours and never stop, each counting on a key of its own: ioredis over TLS, redis-cli in
 * plaintext. They tell what was asked, what failed and what got lost.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import Redis from "ioredis";
import type { Client } from "./docker";

export interface Report {
    readonly requests: number;
    readonly failures: number;
    /** How often a connection that stood was lost. */
    readonly reconnects: number;
    /** Acknowledged increments that the counter does not hold. */
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
        let stands = false;
        this.redis.on("ready", () => {
            stands = true;
        });
        this.redis.on("close", () => {
            if (stands && this.running) this.reconnects++;
            stands = false;
        });
        // Failures are counted where requests fail; without a listener ioredis would print each.
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
        const held = Number(await this.redis.get("tls-traffic"));
        this.redis.disconnect();
        const { acknowledged, failures, reconnects } = this;
        return { requests: acknowledged + failures, failures, reconnects, lost: Math.max(0, acknowledged - held) };
    }
}

/** redis-cli in plaintext, which reads commands from a pipe. When its connection is lost, its next command makes another. */
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

    /** `url` is where the server is reached now. */
    async stop(url: string): Promise<Report> {
        clearInterval(this.timer);
        this.process.stdin.end();
        await this.ended;
        const held = Number(this.client.redis(url, ["GET", "plaintext-traffic"]));
        const { acknowledged, failures, reconnects } = this;
        return { requests: acknowledged + failures, failures, reconnects, lost: Math.max(0, acknowledged - held) };
    }
}
