/** Arguments common to all containers: hardening, limits, logging and health checks. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { CrashLoops } from "../hooks/crashLoop";
import { previewRefusals } from "../hooks/dockerAccepts";
import { explainFailure } from "../hooks/failures";
import { removeLeftovers } from "../hooks/leftovers";
import type { Owner } from "../hooks/owner";
import type { Specification } from "./specification";

export type ContainerHooks = Pick<pulumi.ResourceHookBinding, "beforeCreate" | "onError">;

/** The hooks that run around the creation of each container of a server. */
export function containerHooks(owner: Owner): ContainerHooks {
    const crashLoops = new CrashLoops(owner);
    return {
        beforeCreate: [...previewRefusals(owner), ...removeLeftovers(owner), ...crashLoops.hooks()],
        onError: explainFailure(owner, crashLoops),
    };
}

/** A value, or how to derive it. */
type Resolvable = number | ((spec: DatabaseSpec) => number);

/** The limits and rights of a container that differ between containers. */
interface Limits {
    readonly memoryMb: Resolvable;
    /** Files that the provider uploads. The root is then writable, since Docker refuses uploads to a read-only root. */
    readonly uploads?: docker.ContainerArgs["uploads"];
    /** Capabilities that the container needs. */
    readonly capabilities?: string[];
}

/** The arguments that differ between containers that keep running. */
interface Part extends Limits {
    /** The command of the health check, and its timeout. */
    readonly health: string[];
    readonly healthTimeout?: "1m0s" | "6m0s";
    /** Seconds for which an update waits until the container is healthy. */
    readonly waitSeconds: Resolvable;
}

function resolve(spec: Specification, value: Resolvable) {
    return typeof value === "number" ? value : spec.apply(value);
}

/** The arguments that follow from the rules for all containers that keep running. */
export function containerOf(spec: Specification, part: Part) {
    return {
        ...hardened(spec, part),
        restart: "unless-stopped",
        healthcheck: healthcheck(part.health, part.healthTimeout ?? "1m0s"),
        wait: true,
        waitTimeout: resolve(spec, part.waitSeconds),
    } satisfies Partial<docker.ContainerArgs>;
}

/** The arguments that follow from the rules for all containers. */
export function hardened(spec: Specification, part: Limits) {
    return {
        ...(part.uploads === undefined
            ? { readOnly: true, tmpfs: { "/tmp": "size=1m,mode=1777,noexec,nosuid,nodev" } }
            : { uploads: part.uploads }),
        capabilities: { drops: ["ALL"], ...(part.capabilities && { adds: part.capabilities }) },
        securityOpts: ["no-new-privileges:true"],
        memory: resolve(spec, part.memoryMb),
        memorySwap: resolve(spec, part.memoryMb),
        ...loggingOf(spec),
    } satisfies Partial<docker.ContainerArgs>;
}

/** Sets the driver, since the host's default driver may be one with which Docker refuses `max-size`. */
function loggingOf(spec: Specification) {
    // A specification contains `limited` only while that is unresolved.
    const isLimited = (logs: DatabaseSpec["logs"]) => logs !== false && logs.limited !== false;
    const driver = ({ logs }: DatabaseSpec) => (isLimited(logs) ? "json-file" : undefined);
    const options = ({ logs }: DatabaseSpec): Record<string, string> | undefined =>
        logs && isLimited(logs) ? { "max-size": `${logs.maxSizeMb}m`, "max-file": String(logs.files) } : undefined;
    // Pulumi omits properties that resolve to undefined, but its types do not allow them.
    return {
        logDriver: spec.apply(driver) as pulumi.Output<string>,
        logOpts: spec.apply(options) as pulumi.Output<Record<string, string>>,
    };
}

/**
 * Docker's health check with a short interval, so that an update does not wait longer than necessary. The scripts
 * return immediately until they have succeeded once, and then pause before they return. (A start interval would need
 * Docker 25.) Durations must have Go's canonical format; any other format replaces the container in every update.
 */
function healthcheck(command: string[], timeout: string) {
    return { tests: ["CMD", ...command], interval: "100ms", timeout, startPeriod: "1m0s", retries: 3 };
}
