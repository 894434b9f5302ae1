/**
 * Starts the portal on 127.0.0.1, and shuts it down on SIGTERM and SIGINT. Its settings are environment variables:
 * `PORT` (default 8080), `DATA_DIRECTORY` (default `data`), and `GRACE_SECONDS`, for which running operations may
 * continue after a signal (default 15). Then they are interrupted, which takes up to 10 seconds.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { RedisPlatform } from "pulumi-redis-database/platform";
import { createServer } from "./http";
import { Operations } from "./operations";
import { Portal } from "./portal";
import { readToken } from "./token";
import { UnfinishedRequests } from "./unfinished";

const { PORT = "8080", DATA_DIRECTORY = "data", GRACE_SECONDS = "15" } = process.env;

/** How many operations run at once. More wait. */
const concurrency = 2;

async function start(): Promise<void> {
    const dataDirectory = resolve(DATA_DIRECTORY);
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    const unfinished = new UnfinishedRequests(join(dataDirectory, "unfinished.json"));
    const operations = new Operations(unfinished);
    const portal = new Portal(RedisPlatform.open({ dataDirectory, concurrency }), operations, unfinished);
    const server = await createServer(portal, operations, readToken(join(dataDirectory, "token")));

    let stopping = false;
    const stop = async () => {
        // Ctrl-C can send more than one signal.
        if (stopping) return;
        stopping = true;
        console.log("Shutting down: waiting for running operations");
        await operations.stop(Number(GRACE_SECONDS));
        const closed = server.close();
        // Pages have a moment to read the last events. Browsers keep unused connections open.
        setTimeout(() => {
            server.server.closeAllConnections();
        }, 1000).unref();
        await closed;
        console.log("All operations have ended");
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());

    // A reverse proxy can make the portal available to others, with TLS.
    console.log(`The portal: ${await server.listen({ host: "127.0.0.1", port: Number(PORT) })}`);
}

void start();
