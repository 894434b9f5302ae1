/** The replicas that a database asks for, one entry each, whichever way the program writes them. */
import type { PlainArguments } from "./definition";

export const mostReplicas = 16;

/** One for each, with a name: numbered where the program gives none. */
export function listReplicas(replicas: unknown): PlainArguments[] {
    const listed: unknown[] =
        typeof replicas === "number"
            ? Array.from({ length: Math.min(replicas, mostReplicas) }, () => ({}))
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

/** The name of the component that is a replica of a database under this name. */
export function replicaComponent(database: string, replica: string): string {
    return `${database}-${replica}`;
}
