/** HAProxy, which terminates TLS before 6.0, where Redis does not itself. */
import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import { haproxyCfg, haproxyImage, haproxyMemoryMb } from "../../model/render/haproxyCfg";
import { currentDir, redisUid, terminatorConfPath, terminatorUid, tlsPort } from "../../model/render/layout";
import type { Children, PlannedChild } from "./children";
import { type ContainerHooks, containerOf } from "./container";
import type { Ports } from "./ports";
import type { Specification } from "./specification";
import type { Volumes } from "./volumes";

/** Seconds for which an update waits until HAProxy had an answer of the server's. */
const waitSeconds = 60;

/** What the containers of HAProxy have in common, whether it terminates TLS or is a tunnel. */
export const haproxyContainer = {
    image: haproxyImage,
    // Another user than the server's, which can read neither its data nor its password; the group shares the
    // certificate's key and the socket.
    user: `${terminatorUid}:${redisUid}`,
    // The first process of a container is deaf to SIGTERM, which HAProxy leaves to the system.
    stopSignal: "SIGUSR1",
    destroyGraceSeconds: 10,
};

/** The agent changes the certificate while HAProxy runs; what else it read at its start takes another start. */
export function readAtStart(...texts: readonly string[]) {
    const hash = createHash("sha256");
    for (const text of texts) hash.update(text);
    return [{ label: "redis-database.configuration", value: hash.digest("hex").slice(0, 16) }];
}

/** HAProxy's container before it is created: what Docker refuses of it must be known before the agent starts. */
export function planHaproxy(
    children: Children,
    spec: Specification,
    { volumes, ports, hooks }: { volumes: Volumes; ports: Ports; hooks: ContainerHooks },
): PlannedChild<docker.ContainerArgs> {
    return children.plan(
        "terminator",
        "terminator",
        {
            ...haproxyContainer,
            ...containerOf(spec, {
                memoryMb: haproxyMemoryMb,
                health: ["sh", `${currentDir}/terminator-health.sh`],
                waitSeconds,
            }),
            entrypoints: ["haproxy"],
            command: ["-db", "-f", terminatorConfPath],
            ports: spec.with(ports.tls, ({ bindAddress }, tls) => [
                { internal: tlsPort, external: tls, ip: bindAddress },
            ]),
            networksAdvanced: spec.apply(({ network }) =>
                network ? [{ name: network, aliases: volumes.aliases }] : [],
            ),
            labels: spec.apply((known) => readAtStart(haproxyCfg(known), known.tls.clientAuth?.caCertPem ?? "")),
            volumes: [volumes.settingsMount],
        },
        { hooks },
    );
}

export function createHaproxy(planned: PlannedChild<docker.ContainerArgs>, server: docker.Container): docker.Container {
    // Its port is the server's own from 6.0 on. Pulumi removes at the very end what a program no longer has, but before a
    // server is replaced what cannot be without it.
    const hostname = server.id.apply((id) => id.slice(0, 12));
    return planned.create(docker.Container, { hostname: planned.args.hostname ?? hostname });
}
