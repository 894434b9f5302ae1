/** When does a client get through? Asks again and again, by TLS with the certificate and the host name verified. */
import Redis from "ioredis";
import { setTimeout as sleep } from "node:timers/promises";
import { wasInterrupted } from "./command.mjs";

const patienceMs = 60_000;

export async function waitForPing(url, caCertPem) {
    const until = performance.now() + patienceMs;
    for (;;) {
        const client = new Redis(url, {
            tls: { ca: caCertPem, rejectUnauthorized: true },
            lazyConnect: true,
            enableReadyCheck: false,
            retryStrategy: null,
        });
        // Each failure is also thrown below; without a listener it would be printed, too.
        client.on("error", () => undefined);
        try {
            await client.connect();
            if ((await client.ping()) === "PONG") return;
        } catch (error) {
            if (performance.now() > until || wasInterrupted())
                throw new Error(`no PING over TLS: ${error.message}`, { cause: error });
        } finally {
            client.disconnect();
        }
        await sleep(5);
    }
}
