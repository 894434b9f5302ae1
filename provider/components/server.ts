/** The server: holds no secret and no setting of its own, so that only what Redis cannot change live replaces it. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec } from "../spec/databaseSpec";
import { startupOnly } from "../spec/directives";
import { currentDir, dataDir, plaintextPort, redisUid, settingsDir, tlsPort } from "../spec/layout";
import type { MakeChild } from "./children";
import { healthcheck } from "./containers";
import { explainFailure } from "./failures";
import type { Ports } from "./ports";
import type { Volumes } from "./volumes";

/**
 * Seconds that a stop may take before Docker kills the server: its last dump must fit in. Ten minutes hold 10 GB on
 * a disk that writes 20 MB a second; a server that is done sooner stops sooner.
 */
const stopSeconds = 600;

/** Seconds that an up waits for the server to answer; loading its data is part of that. */
const waitTimeoutSeconds = 300;

export function createServer(
    child: MakeChild,
    database: string,
    spec: pulumi.Output<DatabaseSpec>,
    parts: { volumes: Volumes; ports: Ports; agent: docker.Container },
): docker.Container {
    const { volumes, ports, agent } = parts;
    return child(
        "server",
        "server",
        docker.Container,
        {
            image: spec.image,
            command: ["redis-server", `${currentDir}/redis.conf`],
            user: `${redisUid}:${redisUid}`,
            readOnly: true,
            capabilities: { drops: ["ALL"] },
            securityOpts: ["no-new-privileges:true"],
            tmpfs: { "/tmp": "size=1m,mode=1777,noexec,nosuid,nodev" },
            restart: "unless-stopped",
            memory: spec.memoryMb,
            memorySwap: spec.memoryMb,
            stopTimeout: stopSeconds,
            destroyGraceSeconds: stopSeconds,
            ports: publishedPorts(spec, ports),
            networksAdvanced: spec.apply(({ network }) => (network ? [{ name: network, aliases: [database] }] : [])),
            // What a running server cannot take over stands here, so that a change of it replaces the server.
            labels: spec.apply(({ version, config }) =>
                startupOnly(version, config).map((name) => ({ label: `redis.${name}`, value: String(config[name]) })),
            ),
            volumes: [
                { volumeName: volumes.data.name, containerPath: dataDir },
                { volumeName: volumes.settings.name, containerPath: settingsDir },
            ],
            healthcheck: healthcheck(["sh", `${currentDir}/health.sh`], "30s"),
            wait: true,
            waitTimeout: waitTimeoutSeconds,
        },
        { dependsOn: [agent], hooks: { onError: [explainFailure()] } },
    );
}

/** In the order in which Docker reports them, or every refresh would see a change. */
function publishedPorts(spec: pulumi.Output<DatabaseSpec>, ports: Ports): docker.ContainerArgs["ports"] {
    const published = (internal: number, external: number, ip: string) => ({ internal, external, ip });
    return pulumi
        .all([spec, ports.plaintext, ports.tls])
        .apply(([{ bindAddress }, plaintext, tls]) => [
            ...(plaintext === undefined ? [] : [published(plaintextPort, plaintext, bindAddress)]),
            published(tlsPort, tls, bindAddress),
        ]);
}
