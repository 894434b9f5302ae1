/** The servers that a component's arguments request, each with its known arguments. */
import type { Kind, PlainArguments } from "./definition";
import { inheritedArguments } from "./inherited";
import { listReplicas, replicaComponent } from "./replicaList";
import { isMemberName } from "./schemas";

export interface RequestedServer {
    /** The name of its component. */
    readonly name: string;
    readonly kind: Kind;
    /** The prefix of its arguments' paths. */
    readonly path: string;
    readonly args: PlainArguments;
    /** Its Docker host, if that is not its database's. */
    readonly provider?: unknown;
}

export type Servers = readonly [RequestedServer, ...RequestedServer[]];

/** A component's own server, followed by a database's replicas that have valid names. */
export function listServers(kind: Kind, name: string, args: PlainArguments): Servers {
    const own = { name, kind, path: "", args };
    if (kind === "RedisReplica") return [own];
    const replicas = listReplicas(args.replicas).flatMap(({ name: replica, provider, ...entry }, index) => {
        if (typeof replica !== "string" || !isMemberName(replica)) return [];
        const inherited = inheritedArguments(args, { nearby: provider === undefined, haproxy: false });
        return [
            {
                name: replicaComponent(name, replica),
                kind: "RedisReplica" as const,
                path: `replicas[${index}].`,
                args: { ...inherited, ...entry },
                provider,
            },
        ];
    });
    return [own, ...replicas];
}
