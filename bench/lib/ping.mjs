/** Waits until a PING succeeds over TLS, with the certificate and the host name verified. */
import Redis from "ioredis";
import { setTimeout as sleep } from "node:timers/promises";
import { wasInterrupted } from "./command.mjs";

const timeoutMs = 60_000;

export async function waitForPing(url, caCertPem) {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
        const client = new Redis(url, {
            tls: { ca: caCertPem, rejectUnauthorized: true },
            lazyConnect: true,
            enableReadyCheck: false,
            retryStrategy: null,
        });
        // `connect` and `ping` throw each failure. Without a listener, ioredis would also print it.
        client.on("error", () => undefined);
        try {
            await client.connect();
            if ((await client.ping()) === "PONG") return;
        } catch (error) {
            if (performance.now() > deadline || wasInterrupted())
                throw new Error(`no PING over TLS: ${error.message}`, { cause: error });
        } finally {
            client.disconnect();
        }
        await sleep(5);
    }
}
