/** HAProxy, which terminates TLS before 6.0, where Redis has no native TLS. */
import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import { haproxyCfg, haproxyImage, haproxyMemoryMb } from "../../model/render/haproxyCfg";
import { currentDir, redisUid, terminatorConfPath, terminatorUid, tlsPort } from "../../model/render/layout";
import type { Children, PlannedChild } from "./children";
import { type ContainerHooks, containerOf } from "./container";
import type { Ports } from "./ports";
import type { Specification } from "./specification";
import type { Volumes } from "./volumes";

/** Seconds for which an update waits for the server's first answer through HAProxy. */
const waitSeconds = 60;

/** Arguments common to both kinds of HAProxy containers: the TLS terminator and the tunnel. */
export const haproxyContainer = {
    image: haproxyImage,
    // Not the server's user, so that HAProxy can read neither the data nor the password. The group gives access to the
    // certificate's key and the socket.
    user: `${terminatorUid}:${redisUid}`,
    // HAProxy installs no handler for SIGTERM, and the kernel ignores a signal without a handler for process 1.
    stopSignal: "SIGUSR1",
    destroyGraceSeconds: 10,
};

/** A label that changes with the texts that HAProxy reads only at startup. The certificate can change at run time. */
export function readAtStart(...texts: readonly string[]) {
    const hash = createHash("sha256");
    for (const text of texts) hash.update(text);
    return [{ label: "redis-database.configuration", value: hash.digest("hex").slice(0, 16) }];
}

/** Plans HAProxy's container. Whether Docker accepts it must be known before the agent starts. */
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
    // An upgrade to 6.0 removes HAProxy, and the server then publishes its port. Pulumi deletes removed resources last,
    // but before it replaces the server if they depend on the server's id.
    const hostname = server.id.apply((id) => id.slice(0, 12));
    return planned.create(docker.Container, { hostname: planned.args.hostname ?? hostname });
}
