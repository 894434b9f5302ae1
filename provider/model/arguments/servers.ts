/** The servers that a component asks for, each with the arguments that are known of it. */
import type { Kind, PlainArguments } from "./definition";
import { inheritedArguments } from "./inherited";
import { listReplicas, replicaComponent } from "./replicaList";
import { isMemberName } from "./schemas";

export interface AskedServer {
    /** Of its component. */
    readonly name: string;
    readonly kind: Kind;
    /** What its arguments' paths begin with. */
    readonly path: string;
    readonly args: PlainArguments;
    /** Its Docker host, where that is another than its database's. */
    readonly provider?: unknown;
}

export type Servers = readonly [AskedServer, ...AskedServer[]];

/** A component's own server, and the replicas that a database asks for under usable names. */
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
