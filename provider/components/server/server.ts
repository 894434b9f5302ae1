/** The server: holds no secret and no setting of its own, so that only what Redis cannot change live replaces it. */
import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { defaults } from "../../model/arguments/resolve";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { startupOnly } from "../../model/catalog/directives";
import { currentDir, plaintextPort, redisUid, tlsPort } from "../../model/render/layout";
import { releaseOf, versions } from "../../model/catalog/versions";
import type { After, PlanChild } from "./children";
import { type ContainerHooks, healthcheck } from "./containers";
import type { Ports } from "./ports";
import type { Volumes } from "./volumes";

/**
 * Seconds that a stop may take before Docker kills the server: its last dump must fit in. Ten minutes hold 10 GB on
 * a disk that writes 20 MB a second; a server that is done sooner stops sooner.
 */
const stopSeconds = 600;

/**
 * Seconds that an up waits for the server to answer; loading its data is part of that, or its first sync. The same
 * whatever its role is, so that a preview of another role shows nothing of the server.
 */
function waitTimeoutSeconds({ replica }: DatabaseSpec): number {
    return replica?.syncTimeoutSeconds ?? defaults.syncTimeoutSeconds;
}

/** The server before it is asked for: the agent must know first whether it will be replaced. */
export interface PlannedServer {
    /** Another one is another container. */
    readonly fingerprint: pulumi.Output<string>;
    readonly create: (...after: readonly After[]) => docker.Container;
}

export function planServer(
    plan: PlanChild,
    database: string,
    spec: pulumi.Output<DatabaseSpec>,
    parts: { volumes: Volumes; ports: Ports; hooks: ContainerHooks },
): PlannedServer {
    const { volumes, ports, hooks } = parts;
    const server = plan(
        "server",
        "server",
        {
            image: spec.image,
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
            // Where there is a terminator, both ports of the database's name are its.
            networksAdvanced: spec.apply((known) =>
                known.network && speaksTls(known) ? [{ name: known.network, aliases: [database] }] : [],
            ),
            // What a running server cannot take over stands here, so that a change of it replaces the server.
            labels: spec.apply((known) =>
                startupOnly(releaseOf(known), known.config).map((name) => ({
                    label: `redis.${name}`,
                    value: String(known.config[name]),
                })),
            ),
            volumes: volumes.mounts,
            healthcheck: healthcheck(["sh", `${currentDir}/health.sh`], "1m0s"),
            wait: true,
            waitTimeout: spec.apply(waitTimeoutSeconds),
        },
        { hooks },
    );
    const fingerprint = pulumi.output(server.args).apply(fingerprintOf);
    return {
        fingerprint,
        create: (...after) =>
            server.create(
                docker.Container,
                { command: pulumi.all(["sh", `${currentDir}/start.sh`, fingerprint]) },
                ...after,
            ),
    };
}

/** What Docker changes on a container that runs, and what says only how Pulumi goes about it. */
const changedInPlace: readonly string[] = [
    ...["memory", "memorySwap", "memoryReservation", "cpuSet", "cpuShares", "restart", "maxRetryCount"],
    ...["stopTimeout", "destroyGraceSeconds", "wait", "waitTimeout"],
];

function fingerprintOf(args: object): string {
    const replacing = Object.entries(args)
        .filter(([name]) => !changedInPlace.includes(name))
        .sort(([one], [other]) => (one < other ? -1 : 1));
    return createHash("sha256").update(JSON.stringify(replacing)).digest("hex").slice(0, 16);
}

/** In the order in which Docker reports them, or every refresh would see a change. */
function publishedPorts(spec: pulumi.Output<DatabaseSpec>, ports: Ports): docker.ContainerArgs["ports"] {
    const published = (internal: number, external: number, ip: string) => ({ internal, external, ip });
    return pulumi
        .all([spec, ports.plaintext, ports.tls])
        .apply(([known, plaintext, tls]) => [
            ...(plaintext === undefined ? [] : [published(plaintextPort, plaintext, known.bindAddress)]),
            ...(speaksTls(known) ? [published(tlsPort, tls, known.bindAddress)] : []),
        ]);
}

function speaksTls(spec: DatabaseSpec): boolean {
    return versions[releaseOf(spec)].nativeTls;
}
