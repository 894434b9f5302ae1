/**
 * A second Docker engine that acts as another host. It has a separate network namespace and an address that this host
 * can reach. It can be restarted or lose power without affecting other containers. Needs root on Linux.
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
 * Creates the network namespace. Its addresses come from a network for documentation (RFC 5737), divided into parts. The
 * namespace's name contains the number of the part, so concurrent engines cannot use the same one.
 */
function addNamespace(): { readonly namespace: string; readonly localAddress: string; readonly address: string } {
    for (let part = 0; part < 64; part++) {
        const namespace = `redistest${part}`;
        try {
            run("ip", "netns", "add", namespace);
        } catch (error) {
            if (/File exists/.test(String(error))) continue;
            throw error;
        }
        return { namespace, localAddress: `203.0.113.${4 * part + 1}`, address: `203.0.113.${4 * part + 2}` };
    }
    throw new Error("All 64 parts of 203.0.113.0/24 are taken. Remove leftover namespaces with `ip netns delete`.");
}

export class SecondEngine {
    private daemon: ChildProcess | undefined;
    /** Arguments of a Docker provider that connects over TLS. */
    readonly overTls: Readonly<Record<"host" | "caMaterial" | "certMaterial" | "keyMaterial", string>>;

    private constructor(
        private readonly namespace: string,
        private readonly directory: string,
        /** The address at which published ports are reachable. */
        readonly address: string,
        /** The address of this host, as seen from the second one. */
        readonly localAddress: string,
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

    /** Starts an engine and loads these images into it. */
    static async start(...images: string[]): Promise<SecondEngine> {
        const { namespace, localAddress, address } = addNamespace();
        run("ip", "link", "add", `${namespace}h`, "type", "veth", "peer", "name", `${namespace}n`, "netns", namespace);
        run("ip", "address", "add", `${localAddress}/30`, "dev", `${namespace}h`);
        run("ip", "link", "set", `${namespace}h`, "up");
        const within = (...args: string[]) => run("ip", "-n", namespace, ...args);
        within("address", "add", `${address}/30`, "dev", `${namespace}n`);
        within("link", "set", `${namespace}n`, "up");
        within("link", "set", "lo", "up");
        within("route", "add", "default", "via", localAddress);
        const engine = new SecondEngine(namespace, mkdtempSync(join(tmpdir(), "engine-")), address, localAddress);
        await engine.boot();
        for (const image of images) {
            execFileSync("sh", ["-c", `docker save ${image} | DOCKER_HOST=${engine.host} docker load`], {
                stdio: "ignore",
            });
        }
        return engine;
    }

    /** The value for `DOCKER_HOST`. */
    get host(): string {
        return `unix://${this.directory}/docker.sock`;
    }

    docker(...args: string[]): string {
        return run("docker", "--host", this.host, ...args);
    }

    /** Unplugs the network cable, or plugs it in again. */
    connect(connected: boolean): void {
        run("ip", "link", "set", `${this.namespace}h`, connected ? "up" : "down");
        // Taking the interface down removes the route on both sides.
        if (connected) run("ip", "-n", this.namespace, "route", "replace", "default", "via", this.localAddress);
    }

    /**
     * Like `systemctl restart docker`: stops the containers and starts them again according to their restart policy.
     */
    async restart(): Promise<void> {
        await this.end("SIGTERM");
        await this.boot();
    }

    /** Like a power failure and a boot: every process is killed at once, and only data on the disk remains. */
    async powerCycle(): Promise<void> {
        const { daemon } = this;
        for (const pid of this.processes()) {
            try {
                process.kill(pid, "SIGKILL");
            } catch {
                // It has exited together with a process that was killed before it.
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

    /** Removes the mounts, as a shutdown of the host would. */
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
        // Not `ip netns exec`: it hides the control groups, which the daemon needs to start.
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

    /** The daemon, the processes that it started, and those in its containers. */
    private processes(): number[] {
        const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
        const read = (pid: string, file: string) => {
            try {
                return readFileSync(`/proc/${pid}/${file}`, "utf8");
            } catch {
                return "";
            }
        };
        const found = new Set(all.filter((pid) => read(pid, "cmdline").includes(this.directory)));
        for (let before = 0; before < found.size;) {
            before = found.size;
            for (const pid of all) {
                const parent = /\) \S (\d+) /.exec(read(pid, "stat"))?.[1];
                if (parent !== undefined && found.has(parent)) found.add(pid);
            }
        }
        return [...found].map(Number);
    }
}
