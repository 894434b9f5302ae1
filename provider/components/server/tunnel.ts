/**
 * The tunnel of a replica before 6.0: HAProxy, which connects to the primary over TLS, since Redis replicates in
 * plaintext only.
 */
import * as docker from "@pulumi/docker";
import { startTimeoutOf } from "../../model/arguments/replication";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { currentDir } from "../../model/render/layout";
import { tunnelCfg, tunnelMemoryMb } from "../../model/render/tunnelCfg";
import { whenAccepted } from "../hooks/dockerAccepts";
import type { After } from "./children";
import { containerOf } from "./container";
import { haproxyContainer, readAtStart } from "./haproxy";
import type { PreparedServer } from "./prepare";
import { type Primary, primaryMount } from "./primary";
import type { Specification } from "./specification";

/**
 * Seconds for which an update waits for the primary's first answer through the tunnel. The primary may still be
 * starting.
 */
function waitSeconds(spec: DatabaseSpec): number {
    return Math.min(60, startTimeoutOf(spec));
}

export function createTunnel(
    server: PreparedServer,
    spec: Specification,
    primary: Primary,
    after: After,
): docker.Container {
    const { plan, children, volumes, hooks } = server;
    const tunnel = children.plan(
        "tunnel",
        "tunnel",
        {
            ...haproxyContainer,
            ...containerOf(spec, {
                memoryMb: tunnelMemoryMb,
                health: ["sh", `${currentDir}/link-health.sh`],
                waitSeconds,
            }),
            entrypoints: ["sh"],
            command: [`${currentDir}/link.sh`],
            labels: spec.with(primary.caCertPem, ({ replica }, caCertPem) =>
                readAtStart(
                    replica?.primary ? tunnelCfg(replica.primary) : "",
                    replica?.primary?.nearby ? "" : caCertPem,
                ),
            ),
            volumes: [volumes.settingsMount, ...primaryMount(primary).map((mount) => ({ ...mount, readOnly: true }))],
        },
        // States of earlier releases have the suffix "link".
        { hooks, aliases: [{ name: `${plan.name}-link` }] },
    );
    return tunnel.create(docker.Container, {}, after, whenAccepted(server, [tunnel]));
}
