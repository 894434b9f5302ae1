/** What the tests ask of Docker, and clients that are not ours: the image's redis-cli and this machine's openssl. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DockerObject } from "./stackState";
import { legacyProtocols, type TlsProtocol, tlsProtocols } from "../../../provider/model/catalog/tlsProtocols";

export function docker(...args: string[]): string {
    return execFileSync("docker", args, { encoding: "utf8", maxBuffer: 1 << 26 }).trim();
}

/** A name that nothing else on this Docker host has. */
export const uniqueName = (what: string) => `${what}-${randomBytes(4).toString("hex")}`;

/** Those that are there: on their host, or on this one where they have none. */
export function existing(objects: readonly DockerObject[], otherwise?: string): DockerObject[] {
    const lists = {
        container: ["ps", "--all", "--no-trunc", "--format", "{{.ID}}"],
        volume: ["volume", "ls", "--format", "{{.Name}}"],
        network: ["network", "ls", "--format", "{{.Name}}"],
    };
    const listed = new Map<string, string[]>();
    return objects.filter(({ kind, key, host = otherwise }) => {
        const list = [...onHost(host), ...lists[kind]];
        const keys = listed.get(list.join(" ")) ?? docker(...list).split("\n");
        listed.set(list.join(" "), keys);
        return keys.includes(key);
    });
}

/** The `docker` command's arguments for a host; for the one that it uses by itself without one. */
export const onHost = (host: string | undefined) => (host === undefined ? [] : ["--host", host]);

export interface Reply {
    readonly status: number | null;
    readonly text: string;
}

/** A container on the host's network with redis-cli in it. */
export class Client {
    private readonly id: string;

    constructor(image = "redis:8.0") {
        this.id = docker("run", "-d", "--rm", "--network", "host", image, "sleep", "3600");
    }

    close(): void {
        docker("rm", "-f", "-v", this.id);
    }

    /** Writes a file and returns its path in the client's container. */
    file(name: string, content: string): string {
        execFileSync("docker", ["exec", "-i", this.id, "sh", "-c", `cat > /tmp/${name}`], { input: content });
        return `/tmp/${name}`;
    }

    run(command: string[], input = "", env: Record<string, string> = {}): Reply {
        const names = Object.keys(env).flatMap((name) => ["-e", name]);
        const { status, stdout, stderr } = spawnSync("docker", ["exec", "-i", ...names, this.id, ...command], {
            input,
            encoding: "utf8",
            env: { ...process.env, ...env },
        });
        return { status, text: (stdout + stderr).trim() };
    }

    /** A field of INFO, in plaintext; undefined where there is none. */
    info(url: string, field: string): string | undefined {
        return new RegExp(`^${field}:(.*)`, "m").exec(this.redis(url, ["INFO"]).replaceAll("\r", ""))?.[1];
    }

    /** Runs one command on the server that `url` names; over TLS the chain is verified with `caCertPem`. */
    redis(url: string, command: string[], tls: { caCertPem?: string; more?: string[] } = {}): string {
        const secure =
            new URL(url).protocol === "rediss:"
                ? ["--tls", "--cacert", this.file("ca.pem", tls.caCertPem ?? ""), ...(tls.more ?? [])]
                : [];
        const { cli, env } = redisCli(url);
        return this.run([...cli, ...secure, ...command], "", env).text;
    }

    /** As `redis`, with the URL given to redis-cli as it is; only redis-cli's own command line has it. */
    url(url: string, command: string[], caCertPem?: string): string {
        const secure = caCertPem === undefined ? [] : ["--tls", "--cacert", this.file("ca.pem", caCertPem)];
        const cli = ["redis-cli", "--no-auth-warning", ...secure, '-u "$url"', ...command].join(" ");
        return this.run(["sh", "-c", `read -r url; ${cli} </dev/null`], `${url}\n`).text;
    }

    /** Tells one set of keys with text from another, whatever the version of the server. */
    digest(url: string): string {
        const script = `local keys = redis.call('KEYS', '*'); table.sort(keys); local sum = ''
            for _, key in ipairs(keys) do sum = redis.sha1hex(sum .. key .. redis.call('GET', key)) end
            collectgarbage(); return #keys .. ' keys ' .. sum`;
        return this.redis(url, ["EVAL", script, "0"]);
    }

    /** A redis-cli that takes one command a line, in plaintext. */
    pipe(url: string): ChildProcessWithoutNullStreams {
        const { cli, env } = redisCli(url);
        const names = Object.keys(env).flatMap((name) => ["-e", name]);
        // One stream for both, or a failure could overtake the answers before it.
        const command = ["sh", "-c", 'exec "$@" 2>&1', "sh", ...cli];
        return spawn("docker", ["exec", "-i", ...names, this.id, ...command], { env: { ...process.env, ...env } });
    }
}

/** The command line of redis-cli for a URL, with the password where no process list shows it. */
function redisCli(url: string): { cli: string[]; env: { REDISCLI_AUTH: string } } {
    const { hostname, port, username, password } = new URL(url);
    return {
        cli: [
            // Only URLs have brackets around IPv6.
            ...["redis-cli", "-h", hostname.replace(/^\[|\]$/g, ""), "-p", port, "--no-auth-warning", "--raw"],
            ...(username === "" ? [] : ["--user", username]),
        ],
        env: { REDISCLI_AUTH: decodeURIComponent(password) },
    };
}

/** A TLS handshake by openssl; `text` is all that it says about it. */
export function handshake(host: string, port: number, caCertPem: string, more: string[] = []): Reply {
    const directory = mkdtempSync(join(tmpdir(), "handshake-"));
    try {
        const ca = join(directory, "ca.pem");
        writeFileSync(ca, caCertPem);
        const args = ["s_client", "-connect", `${host}:${port}`, "-CAfile", ca, "-verify_return_error", ...more];
        const { status, stdout, stderr } = spawnSync("openssl", args, { input: "", encoding: "utf8" });
        return { status, text: (stdout + stderr).trim() };
    } finally {
        rmSync(directory, { recursive: true });
    }
}

const protocolFlags: Readonly<Record<TlsProtocol, string>> = {
    "TLSv1.0": "-tls1",
    "TLSv1.1": "-tls1_1",
    "TLSv1.2": "-tls1_2",
    "TLSv1.3": "-tls1_3",
};

/** The protocols in which a handshake succeeds, with the certificate verified. */
export function spokenProtocols(host: string, port: number, caCertPem: string): TlsProtocol[] {
    return tlsProtocols.filter((protocol) => {
        // The client's own OpenSSL must be talked into the old ones, too.
        const old = legacyProtocols.includes(protocol) ? ["-cipher", "DEFAULT:@SECLEVEL=0"] : [];
        const { status, text } = handshake(host, port, caCertPem, [protocolFlags[protocol], ...old]);
        return status === 0 && !text.includes("Cipher is (NONE)");
    });
}

/** Waits until it holds; Jest's own time limit ends a wait that is in vain. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100));
}
