/** Five common clients. Each one gets a database's URL unchanged and the CA to verify with, and sends PING. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import Redis from "ioredis";
import ioredisPackage from "ioredis/package.json";
import { createClient } from "redis";
import nodeRedisPackage from "redis/package.json";
import { present } from "../../support/present";
import { Client } from "./docker";

/** Resolves to `PONG`, or to the error. Without a CA, the URL must be a plaintext one. */
type Ping = (url: string, caCertPem?: string) => Promise<string>;

/** A process that answers each line with one line, in order. Its first line is its name and version. */
export class LineProcess {
    private readonly process: ChildProcessWithoutNullStreams;
    private readonly lines: AsyncIterator<string>;

    constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
        this.process = spawn(command, args, { env: { ...process.env, ...env } });
        let errors = "";
        this.process.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
        this.process.once("exit", (code) => {
            if (code) console.error(`${command} ${args.join(" ")} exited with ${code}:\n${errors}`);
        });
        this.lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
    }

    async line(): Promise<string> {
        const next = await this.lines.next();
        if (next.done) throw new Error(`${this.process.spawnargs.join(" ")} has ended`);
        return next.value;
    }

    async ask(...fields: string[]): Promise<string> {
        this.process.stdin.write(`${fields.join("\t")}\n`);
        return this.line();
    }

    close(): void {
        this.process.stdin.end();
    }
}

const sources = join(__dirname, "clients");
/** The directory in which set-up installed the Python and Java libraries. */
const installed = () => present(process.env.TEST_CLIENTS);

export function pythonProcess(script: string, ...args: string[]): LineProcess {
    return new LineProcess("python3", [join(sources, script), ...args], { PYTHONPATH: join(installed(), "python") });
}

function javaProcess(source: string): LineProcess {
    return new LineProcess("java", ["-cp", join(installed(), "java/*"), join(sources, source)]);
}

const pingBy =
    (client: LineProcess): Ping =>
    (url, caCertPem = "") =>
        client.ask(url, Buffer.from(caCertPem).toString("base64"));

async function pingByIoredis(url: string, caCertPem?: string): Promise<string> {
    const once = { retryStrategy: () => null, maxRetriesPerRequest: 0 };
    const redis = new Redis(url, { ...(caCertPem && { tls: { ca: caCertPem } }), ...once });
    // The request fails only with a closed connection. The event has the cause.
    let reason: unknown;
    redis.on("error", (error) => (reason = error));
    try {
        return await redis.ping();
    } catch (error) {
        throw reason ?? error;
    } finally {
        redis.disconnect();
    }
}

async function pingByNodeRedis(protocol: 2 | 3, url: string, caCertPem?: string): Promise<string> {
    const redis = createClient({
        url,
        RESP: protocol,
        socket: { reconnectStrategy: false, ...(caCertPem && { tls: true, ca: caCertPem }) },
    });
    redis.on("error", () => undefined);
    try {
        await redis.connect();
        return await redis.ping();
    } finally {
        redis.destroy();
    }
}

/** All five clients. Call `open` before use. */
export class Clients {
    private readonly cli: Client;
    private readonly python: LineProcess;
    private readonly java = javaProcess("Ping.java");
    private readonly all: Readonly<Record<string, Ping>>;
    /** The clients' own names and versions. */
    readonly versions: string[] = [];

    /**
     * Some clients need settings for servers before 6.0. RESP 3 begins with HELLO, which such servers do not support. A
     * redis-cli later than 6.0 logs in with the empty user name of such a URL, which they refuse.
     */
    constructor(before6: boolean) {
        const protocol = before6 ? 2 : 3;
        this.cli = new Client(before6 ? "redis:6.0" : "redis:8.0");
        this.python = pythonProcess("ping.py", String(protocol));
        this.all = {
            "redis-cli": (url, caCertPem) => Promise.resolve(this.cli.url(url, ["PING"], caCertPem)),
            "redis-py": pingBy(this.python),
            "ioredis": pingByIoredis,
            "node-redis": (url, caCertPem) => pingByNodeRedis(protocol, url, caCertPem),
            "Jedis": pingBy(this.java),
        };
    }

    async open(): Promise<this> {
        this.versions.push(
            this.cli.run(["redis-cli", "--version"]).text,
            await this.python.line(),
            `ioredis ${ioredisPackage.version}`,
            `node-redis ${nodeRedisPackage.version}`,
            await this.java.line(),
        );
        return this;
    }

    /** The reply to PING or the error, by client. */
    async ping(url: string, caCertPem?: string): Promise<Readonly<Record<string, string>>> {
        const replies: Record<string, string> = {};
        for (const [name, ping] of Object.entries(this.all)) {
            replies[name] = await ping(url, caCertPem).catch((error: unknown) => String(error));
        }
        return replies;
    }

    close(): void {
        this.cli.close();
        this.python.close();
        this.java.close();
    }
}

export const opensslVersion = () =>
    execFileSync("openssl", ["version"], { encoding: "utf8" }).split(" ").slice(0, 2).join(" ");
