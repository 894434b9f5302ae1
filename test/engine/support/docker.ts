/** Docker commands for tests, and independent clients: redis-cli from an image, and openssl on this machine. */
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

/** A name that is unique on this Docker host. */
export const uniqueName = (what: string) => `${what}-${randomBytes(4).toString("hex")}`;

/** The objects that exist on their Docker host; `defaultHost` is that of objects without one. */
export function existing(objects: readonly DockerObject[], defaultHost?: string): DockerObject[] {
    const lists = {
        container: ["ps", "--all", "--no-trunc", "--format", "{{.ID}}"],
        volume: ["volume", "ls", "--format", "{{.Name}}"],
        network: ["network", "ls", "--format", "{{.Name}}"],
    };
    const listed = new Map<string, string[]>();
    return objects.filter(({ kind, key, host = defaultHost }) => {
        const list = [...onHost(host), ...lists[kind]];
        const keys = listed.get(list.join(" ")) ?? docker(...list).split("\n");
        listed.set(list.join(" "), keys);
        return keys.includes(key);
    });
}

/** Arguments with which the `docker` command connects to a host; without one, to its default host. */
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

    /** A field of INFO, over plaintext; undefined if the server has no such field. */
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

    /** Like `redis`, but passes the URL to redis-cli unchanged. Only redis-cli's own command line has it. */
    url(url: string, command: string[], caCertPem?: string): string {
        const secure = caCertPem === undefined ? [] : ["--tls", "--cacert", this.file("ca.pem", caCertPem)];
        const cli = ["redis-cli", "--no-auth-warning", ...secure, '-u "$url"', ...command].join(" ");
        return this.run(["sh", "-c", `read -r url; ${cli} </dev/null`], `${url}\n`).text;
    }

    /** A digest of all keys, which must be strings. It is the same in all versions. */
    digest(url: string): string {
        const script = `local keys = redis.call('KEYS', '*'); table.sort(keys); local sum = ''
            for _, key in ipairs(keys) do sum = redis.sha1hex(sum .. key .. redis.call('GET', key)) end
            collectgarbage(); return #keys .. ' keys ' .. sum`;
        return this.redis(url, ["EVAL", script, "0"]);
    }

    /** A redis-cli that reads one command a line, over plaintext. */
    pipe(url: string): ChildProcessWithoutNullStreams {
        const { cli, env } = redisCli(url);
        const names = Object.keys(env).flatMap((name) => ["-e", name]);
        // One stream for both, or an error could arrive before earlier replies.
        const command = ["sh", "-c", 'exec "$@" 2>&1', "sh", ...cli];
        return spawn("docker", ["exec", "-i", ...names, this.id, ...command], { env: { ...process.env, ...env } });
    }
}

/** The command line of redis-cli for a URL. The password is in the environment, which process lists do not show. */
function redisCli(url: string): { cli: string[]; env: { REDISCLI_AUTH: string } } {
    const { hostname, port, username, password } = new URL(url);
    // URLs have brackets around IPv6 addresses; redis-cli expects none.
    const host = hostname.replace(/^\[|\]$/g, "");
    const user = username === "" ? [] : ["--user", username];
    return {
        cli: ["redis-cli", "-h", host, "-p", port, "--no-auth-warning", "--raw", ...user],
        env: { REDISCLI_AUTH: decodeURIComponent(password) },
    };
}

/** A TLS handshake by openssl; `text` is its complete output. */
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

/** The protocols with which a handshake succeeds and the certificate verifies. */
export function spokenProtocols(host: string, port: number, caCertPem: string): TlsProtocol[] {
    return tlsProtocols.filter((protocol) => {
        // The client's OpenSSL allows the old protocols only at the lowest security level.
        const old = legacyProtocols.includes(protocol) ? ["-cipher", "DEFAULT:@SECLEVEL=0"] : [];
        const { status, text } = handshake(host, port, caCertPem, [protocolFlags[protocol], ...old]);
        return status === 0 && !text.includes("Cipher is (NONE)");
    });
}

/** Waits until a condition holds, for five minutes. Unlike Jest's timeout, the error shows which wait has failed. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 300_000;
    while (!(await holds())) {
        if (Date.now() > deadline) throw new Error("the condition did not hold within five minutes");
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}
