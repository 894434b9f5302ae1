/** Before 6.0, where Redis follows in plaintext only: HAProxy, through which a replica reaches its primary. */
import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { defaults } from "../../model/arguments/resolve";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { currentDir, redisUid, terminatorUid } from "../../model/render/layout";
import { linkCfg, linkMemoryMb } from "../../model/render/tunnelCfg";
import { terminatorImage } from "../../model/render/haproxyCfg";
import type { After, PlanChild } from "./children";
import { type ContainerHooks, healthcheck } from "./containers";
import { type Primary, primaryMount } from "../replication/replication";
import type { Volumes } from "./volumes";

/** Seconds that an up waits until it has had an answer of the primary's, which may be about to start. */
function waitTimeoutSeconds({ replica }: DatabaseSpec): number {
    return Math.min(60, replica?.syncTimeoutSeconds ?? defaults.syncTimeoutSeconds);
}

export function createLink(
    plan: PlanChild,
    spec: pulumi.Output<DatabaseSpec>,
    parts: {
        volumes: Volumes;
        primary: Primary;
        agent: docker.Container;
        after: After;
        hooks: ContainerHooks;
    },
): docker.Container {
    const { volumes, primary, agent, after, hooks } = parts;
    // All of which it reads at its start.
    const configuration = pulumi.all([spec, primary.caCertPem]).apply(([{ replica }, caCertPem]) =>
        createHash("sha256")
            .update(replica?.primary ? linkCfg(replica.primary) : "")
            .update(replica?.primary?.nearby ? "" : caCertPem)
            .digest("hex")
            .slice(0, 16),
    );
    return plan(
        "link",
        "link",
        {
            image: terminatorImage,
            // The group has the primary's socket on the same Docker host; neither server's password is for it to read.
            user: `${terminatorUid}:${redisUid}`,
            entrypoints: ["sh"],
            command: [`${currentDir}/link.sh`],
            readOnly: true,
            capabilities: { drops: ["ALL"] },
            securityOpts: ["no-new-privileges:true"],
            tmpfs: { "/tmp": "size=1m,mode=1777,noexec,nosuid,nodev" },
            restart: "unless-stopped",
            memory: linkMemoryMb,
            memorySwap: linkMemoryMb,
            // As the terminator's.
            stopSignal: "SIGUSR1",
            destroyGraceSeconds: 10,
            labels: [{ label: "redis-database.configuration", value: configuration }],
            volumes: [volumes.settingsMount, ...primaryMount(primary).map((mount) => ({ ...mount, readOnly: true }))],
            healthcheck: healthcheck(["sh", `${currentDir}/link-health.sh`], "1m0s"),
            wait: true,
            waitTimeout: spec.apply(waitTimeoutSeconds),
        },
        { hooks },
    ).create(docker.Container, {}, agent, after);
}
