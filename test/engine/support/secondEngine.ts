/**
 * A second Docker engine, as on another host: in a network namespace of its own, at an address that this host reaches.
 * It can be restarted, and lose its power, without anybody else's containers noticing. Needs root on Linux.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OpenSsl } from "../../unit/support/openssl";
import { until } from "./docker";

const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "pipe"] }).trim();

/**
 * Its addresses are a part of a network for documentation and tests (RFC 5737), of which others at the same time have
 * another one: whoever has made the namespace that is named after a part has that.
 */
function addNamespace(): { readonly namespace: string; readonly here: string; readonly there: string } {
    for (let part = 0; part < 64; part++) {
        const namespace = `redistest${part}`;
        try {
            run("ip", "netns", "add", namespace);
        } catch (error) {
            if (/File exists/.test(String(error))) continue;
            throw error;
        }
        return { namespace, here: `203.0.113.${4 * part + 1}`, there: `203.0.113.${4 * part + 2}` };
    }
    throw new Error("All 64 parts of 203.0.113.0/24 are taken: `ip netns delete` those that a run left behind.");
}

export class SecondEngine {
    private daemon: ChildProcess | undefined;
    /** As the arguments of a provider: how it is reached over TLS, by whoever has this key. */
    readonly overTls: Readonly<Record<"host" | "caMaterial" | "certMaterial" | "keyMaterial", string>>;

    private constructor(
        private readonly namespace: string,
        private readonly directory: string,
        /** Where the ports that it publishes answer. */
        readonly address: string,
        /** Where it reaches this host. */
        readonly here: string,
    ) {
        const openssl = new OpenSsl();
        const ca = openssl.make({ commonName: "A CA of Docker hosts", ca: true });
        const server = openssl.make({ commonName: "dockerd", san: `IP:${address}`, issuer: ca });
        const client = openssl.make({ commonName: "a client", issuer: ca });
        openssl.close();
        writeFileSync(join(directory, "ca.pem"), ca.certPem);
        writeFileSync(join(directory, "cert.pem"), server.certPem);
        writeFileSync(join(directory, "key.pem"), server.keyPem);
        this.overTls = {
            host: `tcp://${address}:2376`,
            caMaterial: ca.certPem,
            certMaterial: client.certPem,
            keyMaterial: client.keyPem,
        };
    }

    /** Starts one that has these images. */
    static async start(...images: string[]): Promise<SecondEngine> {
        const { namespace, here, there } = addNamespace();
        run("ip", "link", "add", `${namespace}h`, "type", "veth", "peer", "name", `${namespace}n`, "netns", namespace);
        run("ip", "address", "add", `${here}/30`, "dev", `${namespace}h`);
        run("ip", "link", "set", `${namespace}h`, "up");
        const within = (...args: string[]) => run("ip", "-n", namespace, ...args);
        within("address", "add", `${there}/30`, "dev", `${namespace}n`);
        within("link", "set", `${namespace}n`, "up");
        within("link", "set", "lo", "up");
        within("route", "add", "default", "via", here);
        const engine = new SecondEngine(namespace, mkdtempSync(join(tmpdir(), "engine-")), there, here);
        await engine.boot();
        for (const image of images) {
            execFileSync("sh", ["-c", `docker save ${image} | DOCKER_HOST=${engine.host} docker load`], {
                stdio: "ignore",
            });
        }
        return engine;
    }

    /** For `DOCKER_HOST`. */
    get host(): string {
        return `unix://${this.directory}/docker.sock`;
    }

    docker(...args: string[]): string {
        return run("docker", "--host", this.host, ...args);
    }

    /** As if somebody pulled its network cable, or put it back. */
    connect(connected: boolean): void {
        run("ip", "link", "set", `${this.namespace}h`, connected ? "up" : "down");
        // The route goes with the link, on both sides.
        if (connected) run("ip", "-n", this.namespace, "route", "replace", "default", "via", this.here);
    }

    /** As `systemctl restart docker`: containers are stopped, and started again as their restart policy says. */
    async restart(): Promise<void> {
        await this.end("SIGTERM");
        await this.boot();
    }

    /** As a power failure and a boot: every process ends at once, and only what is on the disk is left. */
    async powerCycle(): Promise<void> {
        const { daemon } = this;
        for (const pid of this.processes()) {
            try {
                process.kill(pid, "SIGKILL");
            } catch {
                // It ended with the one before it.
            }
        }
        await until(() => daemon?.signalCode !== null);
        this.unmount();
        await this.boot();
    }

    async close(): Promise<void> {
        await this.end("SIGTERM");
        this.unmount();
        run("ip", "link", "delete", `${this.namespace}h`);
        run("ip", "netns", "delete", this.namespace);
        rmSync(this.directory, { recursive: true });
    }

    /** No mount outlives the host. */
    private unmount(): void {
        const mounts =
            readFileSync("/proc/mounts", "utf8").match(new RegExp(`(?<= )${this.directory}/\\S+`, "g")) ?? [];
        for (const mount of mounts.sort().reverse()) run("umount", "--lazy", mount);
    }

    private async boot(): Promise<void> {
        rmSync(join(this.directory, "exec"), { recursive: true, force: true });
        mkdirSync(join(this.directory, "exec"));
        rmSync(join(this.directory, "pid"), { force: true });
        const log = openSync(join(this.directory, "log"), "a");
        const at = (name: string) => join(this.directory, name);
        // `ip netns exec` would hide the control groups, without which the daemon does not start.
        const daemon = ["dockerd", "--data-root", at("data"), "--exec-root", at("exec"), "--pidfile", at("pid")];
        const files = ["--tlscacert", at("ca.pem"), "--tlscert", at("cert.pem"), "--tlskey", at("key.pem")];
        const hosts = ["--host", this.host, "--host", this.overTls.host, "--tlsverify", ...files];
        this.daemon = spawn("nsenter", [`--net=/run/netns/${this.namespace}`, ...daemon, ...hosts], {
            stdio: ["ignore", log, log],
        });
        await until(() => {
            if (this.daemon?.exitCode !== null) throw new Error(readFileSync(at("log"), "utf8").slice(-2000));
            try {
                return this.docker("version").length > 0;
            } catch {
                return false;
            }
        });
    }

    private async end(signal: NodeJS.Signals): Promise<void> {
        const { daemon } = this;
        if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
        const ended = new Promise((resolve) => daemon.once("exit", resolve));
        daemon.kill(signal);
        await ended;
    }

    /** The daemon, all that it started, and what runs in its containers. */
    private processes(): number[] {
        const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
        const read = (pid: string, file: string) => {
            try {
                return readFileSync(`/proc/${pid}/${file}`, "utf8");
            } catch {
                return "";
            }
        };
        const own = new Set(all.filter((pid) => read(pid, "cmdline").includes(this.directory)));
        for (let before = 0; before < own.size;) {
            before = own.size;
            for (const pid of all) {
                const parent = /\) \S (\d+) /.exec(read(pid, "stat"))?.[1];
                if (parent !== undefined && own.has(parent)) own.add(pid);
            }
        }
        return [...own].map(Number);
    }
}
