/** A database's replicas as a list, whether the program sets a number or a list. */
import type { PlainArguments } from "./definition";

export const maxReplicas = 16;

/** One entry for each replica, with its name. Replicas without a name are numbered. */
export function listReplicas(replicas: unknown): PlainArguments[] {
    const listed: unknown[] =
        typeof replicas === "number"
            ? Array.from({ length: Math.min(replicas, maxReplicas) }, () => ({}))
            : Array.isArray(replicas)
              ? replicas
              : [];
    return listed.map((entry, index) => ({
        name: `replica-${index + 1}`,
        ...(typeof entry === "object" ? entry : undefined),
    }));
}

export function replicaNames(replicas: unknown): string[] {
    return listReplicas(replicas).map(({ name }) => String(name));
}

/** The name of a replica's component. */
export function replicaComponent(database: string, replica: string): string {
    return `${database}-${replica}`;
}
