/** A tunnel through ssh to a port that is only open on the Docker host. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { CommandError } from "../commandErrors";

/** Seconds for ssh to connect. It may ask for a passphrase on the terminal. */
const connectSeconds = 60;

export interface Tunnel {
    readonly localPort: number;
    /** Resolves when the tunnel has ended. */
    readonly ended: Promise<unknown>;
}

/** Arguments for ssh: no command, and an error instead of a connection without the tunnel. */
export function sshArguments(destination: string, localPort: number, host: string, port: number): string[] {
    const forward = `127.0.0.1:${localPort}:${host.includes(":") ? `[${host}]` : host}:${port}`;
    return ["-N", "-o", "ExitOnForwardFailure=yes", "-L", forward, destination];
}

/** Opens a tunnel. Resolves as soon as the local port accepts connections. */
export async function openTunnel(
    destination: string,
    host: string,
    port: number,
    { env, signal }: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<Tunnel> {
    const localPort = await freePort();
    const ssh = spawn("ssh", sshArguments(destination, localPort, host, port), {
        env,
        stdio: ["inherit", "ignore", "inherit"],
    });
    signal.addEventListener("abort", () => ssh.kill(), { once: true });
    const ended = once(ssh, "exit");
    let failure: Error | undefined;
    ended.catch((error: unknown) => {
        failure = error as Error;
    });
    const deadline = Date.now() + connectSeconds * 1000;
    while (!(await accepts(localPort))) {
        if (failure ?? (hasEnded(ssh) || Date.now() > deadline)) {
            ssh.kill();
            throw new CommandError(
                `ssh opened no tunnel to ${destination}`,
                "check that `ssh` can log in there, and repeat the command",
            );
        }
        await setTimeout(100);
    }
    return { localPort, ended };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
    return exitCode !== null || signalCode !== null;
}

async function accepts(port: number): Promise<boolean> {
    const socket = connect({ host: "127.0.0.1", port });
    try {
        await once(socket, "connect");
        return true;
    } catch {
        return false;
    } finally {
        socket.destroy();
    }
}

async function freePort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { readonly port: number };
    server.close();
    return port;
}
