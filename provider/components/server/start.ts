/** The third of three steps: starts the server and, before 6.0, HAProxy. */
import type * as docker from "@pulumi/docker";
import { createBackup } from "../backup/backup";
import { reportKills } from "../hooks/kills";
import type { After } from "./children";
import { recordCompletion } from "./completed";
import { createHaproxy } from "./haproxy";
import type { BackupNodes, UnprotectedNodes } from "./nodes";
import { type ServerOutputs, serverOutputs } from "./outputs";
import type { PreparedServer } from "./prepare";
import type { Primary } from "./primary";
import { createServer } from "./server";
import type { Specification } from "./specification";
import { createTunnel } from "./tunnel";

/** A server with its resources, except for the one that protects them. */
export interface StartedServer {
    readonly nodes: UnprotectedNodes;
    readonly outputs: ServerOutputs;
}

/** `spec` is the server's specification, including the primary that it follows. */
export function startServer(
    prepared: PreparedServer,
    agent: docker.Container,
    { spec, primary }: { spec: Specification; primary?: Primary },
    after: After,
): StartedServer {
    const { plan, volumes, ports, passwords, certificates, owner } = prepared;
    const tunnel = plan.tunnel && primary ? createTunnel(prepared, spec, primary, [agent, ...after]) : undefined;
    const server = createServer(prepared, [agent, ...(tunnel ? [tunnel] : after)]);
    reportKills(plan.name, server, owner);
    const haproxy = prepared.haproxy && createHaproxy(prepared.haproxy, server);
    const backup = createBackup(prepared, server);
    recordCompletion(prepared, [server, ...(haproxy ? [haproxy] : []), ...backupContainers(backup)]);
    const nodes = {
        ...(volumes.data && { dataVolume: volumes.data }),
        settingsVolume: volumes.settings,
        ...(ports.choice && { port: ports.choice }),
        ...(passwords.generated && { password: passwords.generated }),
        ...certificates.nodes,
        ...(prepared.restore && { restore: prepared.restore }),
        agent,
        server,
        ...(haproxy && { terminator: haproxy }),
        ...(tunnel && { tunnel }),
        ...backup,
    };
    return { nodes, outputs: serverOutputs(prepared, server) };
}

/** The containers that must be running before another server can follow this one. */
export function containersOf({ agent, server, terminator }: UnprotectedNodes): docker.Container[] {
    return [agent, server, ...(terminator ? [terminator] : [])];
}

/** The containers of a server's backups. No server waits for them. */
export function backupContainers({ restic, backup, notifier }: BackupNodes): docker.Container[] {
    return [restic, backup, notifier].filter((each) => each !== undefined);
}
