/** What the containers of all parts have in common: hardening, limits, health checks and the wait for them. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { previewRefusals } from "../hooks/dockerAccepts";
import { explainFailure } from "../hooks/failures";
import { removeLeftovers } from "../hooks/leftovers";
import type { Owner } from "../hooks/owner";
import { VainWaits } from "../hooks/vainWait";
import type { Specification } from "./specification";

export type ContainerHooks = Pick<pulumi.ResourceHookBinding, "beforeCreate" | "onError">;

/** What happens around the creation of each container of a server. */
export function containerHooks(owner: Owner): ContainerHooks {
    const waits = new VainWaits(owner);
    return {
        beforeCreate: [...previewRefusals(owner), ...removeLeftovers(owner), ...waits.hooks()],
        onError: explainFailure(owner, waits),
    };
}

/** What a part asks for itself. */
interface Part {
    readonly memoryMb: number | ((spec: DatabaseSpec) => number);
    /** The command that tells whether it is healthy, and how long it may take. */
    readonly health: string[];
    readonly healthTimeout?: "1m0s" | "6m0s";
    /** Seconds for which an update waits until it is healthy. */
    readonly waitSeconds: number | ((spec: DatabaseSpec) => number);
    /** Files that the provider uploads: Docker refuses to extract them on a read-only root. */
    readonly uploads?: docker.ContainerArgs["uploads"];
    /** Capabilities that it cannot do without. */
    readonly capabilities?: string[];
}

/** The arguments of a part's container that follow from the rules for all of them. */
export function containerOf(spec: Specification, part: Part) {
    const of = (value: Part["memoryMb"]) => (typeof value === "number" ? value : spec.apply(value));
    return {
        ...(part.uploads === undefined
            ? { readOnly: true, tmpfs: { "/tmp": "size=1m,mode=1777,noexec,nosuid,nodev" } }
            : { uploads: part.uploads }),
        capabilities: { drops: ["ALL"], ...(part.capabilities && { adds: part.capabilities }) },
        securityOpts: ["no-new-privileges:true"],
        memory: of(part.memoryMb),
        memorySwap: of(part.memoryMb),
        restart: "unless-stopped",
        ...loggingOf(spec),
        healthcheck: healthcheck(part.health, part.healthTimeout ?? "1m0s"),
        wait: true,
        waitTimeout: of(part.waitSeconds),
    } satisfies Partial<docker.ContainerArgs>;
}

/** Docker refuses `max-size` with any other driver, and a host may have one of those as its default. */
function loggingOf(spec: Specification) {
    const driver = ({ logs }: DatabaseSpec) => (logs ? "json-file" : undefined);
    const options = ({ logs }: DatabaseSpec): Record<string, string> | undefined =>
        logs ? { "max-size": `${logs.maxSizeMb}m`, "max-file": String(logs.files) } : undefined;
    // Pulumi leaves out what resolves to undefined, which its types do not say.
    return {
        logDriver: spec.apply(driver) as pulumi.Output<string>,
        logOpts: spec.apply(options) as pulumi.Output<Record<string, string>>,
    };
}

/**
 * Docker's health check, tuned so that an update waits for milliseconds and not for a whole interval: the scripts answer
 * at once until they have succeeded, and pause by themselves after that. (A start interval would need Docker 25.)
 * Durations are in Go's canonical spelling; any other replaces the container in every update.
 */
function healthcheck(command: string[], timeout: string) {
    return { tests: ["CMD", ...command], interval: "100ms", timeout, startPeriod: "1m0s", retries: 3 };
}
