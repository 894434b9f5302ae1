/** The third step: starts the server, and HAProxy before 6.0, which has no TLS of its own. */
import type * as docker from "@pulumi/docker";
import type * as random from "@pulumi/random";
import { reportKills } from "../hooks/kills";
import type { CertificateNodes } from "./certificates";
import type { After } from "./children";
import { protectFromDeletion } from "./deletionProtection";
import { createHaproxy } from "./haproxy";
import { type ServerOutputs, serverOutputs } from "./outputs";
import type { PreparedServer } from "./prepare";
import type { Primary } from "./primary";
import { createServer } from "./server";
import type { Specification } from "./specification";
import { createTunnel } from "./tunnel";

/** The resources that a server is made of, for what its outputs do not give. In process only. */
export interface DatabaseNodes extends CertificateNodes {
    /** Absent where `data` names another place. */
    readonly dataVolume?: docker.Volume;
    readonly settingsVolume: docker.Volume;
    /** The random choice of ports; absent where the program gives them. */
    readonly port?: random.RandomInteger;
    /** Absent where the program gives a password. */
    readonly password?: random.RandomPassword;
    readonly agent: docker.Container;
    readonly server: docker.Container;
    /** HAProxy, which terminates TLS before 6.0; absent from 6.0 on. */
    readonly terminator?: docker.Container;
    /** HAProxy, through which a replica before 6.0 follows; absent from 6.0 on. */
    readonly link?: docker.Container;
    /** Goes before all others do, which Pulumi refuses while it is protected. */
    readonly deletionProtection: random.RandomId;
}

/** A server that has all of its resources. */
export interface StartedServer {
    readonly nodes: DatabaseNodes;
    readonly outputs: ServerOutputs;
}

/** `spec` is the server's specification with whom it follows. */
export function startServer(
    prepared: PreparedServer,
    agent: docker.Container,
    { spec, primary }: { spec: Specification; primary?: Primary },
    after: After,
): StartedServer {
    const { plan, children, volumes, ports, passwords, certificates, dockerHost } = prepared;
    const tunnel = plan.tunnel && primary ? createTunnel(prepared, spec, primary, [agent, ...after]) : undefined;
    const server = createServer(prepared, [agent, ...(tunnel ? [tunnel] : after)]);
    reportKills(plan.name, server, dockerHost);
    const haproxy = prepared.haproxy && createHaproxy(prepared.haproxy, server);
    const containers = [server, ...(haproxy ? [haproxy] : [])];
    const nodes = {
        ...(volumes.data && { dataVolume: volumes.data }),
        settingsVolume: volumes.settings,
        ...(ports.choice && { port: ports.choice }),
        ...(passwords.generated && { password: passwords.generated }),
        ...certificates.nodes,
        agent,
        server,
        ...(haproxy && { terminator: haproxy }),
        ...(tunnel && { link: tunnel }),
        deletionProtection: protectFromDeletion(children, plan, containers),
    };
    return { nodes, outputs: serverOutputs(prepared, server) };
}

/** The containers that must be there before another server follows this one. */
export function containersOf({ agent, server, terminator }: DatabaseNodes): docker.Container[] {
    return [agent, server, ...(terminator ? [terminator] : [])];
}
