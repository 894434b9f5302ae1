/** Before 6.0, where Redis speaks no TLS itself: HAProxy, which does so in front of it. */
import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { currentDir, redisUid, terminatorConfPath, terminatorUid, tlsPort } from "../../model/render/layout";
import { haproxyCfg, terminatorImage, terminatorMemoryMb } from "../../model/render/haproxyCfg";
import type { ServerArgs } from "../validation";
import type { MakeChild } from "./children";
import { type ContainerHooks, healthcheck } from "./containers";
import type { Ports } from "./ports";
import type { Volumes } from "./volumes";

/** Seconds that an up waits until it has had an answer of the server's. */
const waitTimeoutSeconds = 60;

export function createTerminator(
    child: MakeChild,
    database: string,
    spec: pulumi.Output<DatabaseSpec>,
    { tls = {} }: ServerArgs,
    parts: { volumes: Volumes; ports: Ports; server: docker.Container; hooks: ContainerHooks },
): docker.Container {
    const { volumes, ports, server, hooks } = parts;
    // A certificate is changed by the agent; what else it read at its start takes another start.
    const readAtStart = pulumi
        .all([spec, tls.clientAuth?.caCertPem])
        .apply(([known, clientCa = ""]) =>
            createHash("sha256").update(haproxyCfg(known)).update(clientCa).digest("hex").slice(0, 16),
        );
    return child(
        "terminator",
        "terminator",
        docker.Container,
        {
            image: terminatorImage,
            // Another user than the server's, which can read neither its data nor its password; the group shares the
            // certificate's key and the socket.
            user: `${terminatorUid}:${redisUid}`,
            entrypoints: ["haproxy"],
            command: ["-db", "-f", terminatorConfPath],
            readOnly: true,
            capabilities: { drops: ["ALL"] },
            securityOpts: ["no-new-privileges:true"],
            tmpfs: { "/tmp": "size=1m,mode=1777,noexec,nosuid,nodev" },
            restart: "unless-stopped",
            memory: terminatorMemoryMb,
            memorySwap: terminatorMemoryMb,
            // The first process of a container is deaf to SIGTERM, which HAProxy leaves to the system.
            stopSignal: "SIGUSR1",
            destroyGraceSeconds: 10,
            ports: pulumi
                .all([spec, ports.tls])
                .apply(([{ bindAddress }, tls]) => [{ internal: tlsPort, external: tls, ip: bindAddress }]),
            networksAdvanced: spec.apply(({ network }) => (network ? [{ name: network, aliases: [database] }] : [])),
            labels: [{ label: "redis-database.configuration", value: readAtStart }],
            // Its port is the server's own from 6.0 on. Pulumi removes at the very end what a program has no longer, but
            // before a server is replaced what cannot be without it.
            hostname: server.id.apply((id) => id.slice(0, 12)),
            volumes: [volumes.settingsMount],
            healthcheck: healthcheck(["sh", `${currentDir}/terminator-health.sh`], "1m0s"),
            wait: true,
            waitTimeout: waitTimeoutSeconds,
        },
        { hooks },
    );
}
