/** A client that is not ours and never stops: counts over TLS what was asked, what failed and what got lost. */
import Redis from "ioredis";

export interface Report {
    readonly requests: number;
    readonly failures: number;
    readonly reconnects: number;
    /** Acknowledged increments that the counter does not hold. */
    readonly lost: number;
}

const counter = "traffic";

export class Traffic {
    private running = true;
    private acknowledged = 0;
    private failures = 0;
    private reconnects = 0;
    private readonly redis: Redis;
    private readonly loop: Promise<void>;

    constructor(url: string, caCertPem: string) {
        this.redis = new Redis(url, { tls: { ca: caCertPem }, maxRetriesPerRequest: 0 });
        this.redis.on("reconnecting", () => this.reconnects++);
        this.redis.on("error", () => this.failures++);
        this.loop = this.count();
    }

    private async count(): Promise<void> {
        while (this.running) {
            try {
                await this.redis.incr(counter);
                this.acknowledged++;
            } catch {
                this.failures++;
            }
            await new Promise((resolve) => setTimeout(resolve, 2));
        }
    }

    async stop(): Promise<Report> {
        this.running = false;
        await this.loop;
        const held = Number(await this.redis.get(counter));
        this.redis.disconnect();
        const { acknowledged, failures, reconnects } = this;
        return { requests: acknowledged + failures, failures, reconnects, lost: acknowledged - held };
    }
}
