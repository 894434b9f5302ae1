/** A database and its replicas: who of them takes writes, who follows, and whose parts are made after whose. */
import * as pulumi from "@pulumi/pulumi";
import type { PrimarySpec } from "../../model/databaseSpec";
import { listReplicas } from "../../model/arguments/replicas";
import { itself } from "../../model/render/replication";
import type { Login } from "../../model/render/urls";
import type { RedisDatabaseArgs } from "../args";
import type { After } from "../server/children";
import { dockerProviderOf } from "../server/containers";
import type { RedisServer } from "../redisServer";
import type { Primary } from "./replication";

/** The name of the component that is a replica of a database under this name. */
export function replicaComponent(database: string, replica: string): string {
    return `${database}-${replica}`;
}

/** What a server needs to be followed. */
export function partsOf({ nodes: { agent, server, terminator } }: RedisServer): pulumi.Resource[] {
    return [agent, server, ...(terminator ? [terminator] : [])];
}

/** What must be there before a server's agent is asked for, and before the server itself is. */
export interface Order {
    readonly agentAfter?: After;
    readonly serverAfter?: After;
}

/**
 * All that the others are is known only when each is there; until then they see one another by promises. Members go by
 * their component's name, the database's own server by `itself`.
 */
export class ReplicationGroup {
    private readonly servers = new Map<string, RedisServer>();
    private close: () => void = () => undefined;
    private readonly closed = new Promise<void>((resolve) => {
        this.close = resolve;
    });

    private constructor(
        private readonly leader: string,
        /** By member, its Docker host. */
        private readonly hosts: ReadonlyMap<string, pulumi.ProviderResource | undefined>,
    ) {}

    /** That of a database with replicas which follow. What is wrong with them is found later. */
    static of(
        database: string,
        { replicas, primary }: RedisDatabaseArgs,
        opts: pulumi.ComponentResourceOptions = {},
    ): ReplicationGroup | undefined {
        const here = dockerProviderOf(opts);
        const following = listReplicas(replicas).filter(({ promoted }) => promoted !== true);
        if (following.length === 0) return undefined;
        const hosts = new Map([
            [itself, here],
            ...following.map(({ name, provider = here }): [string, pulumi.ProviderResource | undefined] => [
                replicaComponent(database, String(name)),
                provider as pulumi.ProviderResource | undefined,
            ]),
        ]);
        const named = primary === undefined ? itself : replicaComponent(database, primary);
        return new ReplicationGroup(hosts.has(named) ? named : itself, hosts);
    }

    has(member: string): boolean {
        return this.hosts.has(member);
    }

    leads(member: string): boolean {
        return member === this.leader;
    }

    /** The others' names, as those of the users by which they may follow. */
    peersOf(member: string): string[] {
        return [...this.hosts.keys()].filter((other) => other !== member);
    }

    add(member: string, server: RedisServer): void {
        this.servers.set(member, server);
        if (this.servers.size === this.hosts.size) this.close();
    }

    /** The server that takes writes, once all are there. */
    get leading(): RedisServer {
        const server = this.servers.get(this.leader);
        if (!server) throw new Error(`${this.leader} is not there yet`);
        return server;
    }

    /** How a member logs in where it follows, once all are there. */
    loginOf(member: string): pulumi.Input<Login> {
        const login = this.servers.get(itself)?.replication.followers.get(member);
        if (!login) throw new Error(`${member} has no login`);
        return login;
    }

    /** Those that follow, once all are there. */
    get following(): RedisServer[] {
        return this.peersOf(this.leader).flatMap((member) => this.servers.get(member) ?? []);
    }

    /**
     * Whoever takes writes has its agent last: by then the one that took them before has handed over. And those that
     * follow have their servers last: an up waits until they do.
     */
    orderOf(member: string): Order {
        return this.leads(member)
            ? { agentAfter: this.later(() => this.following.map(({ nodes }) => nodes.agent)) }
            : { serverAfter: this.later(() => partsOf(this.leading)) };
    }

    /** Where a member finds the one that takes writes. */
    addressFor(member: string): pulumi.Output<PrimarySpec> {
        const nearby = this.isNear(member);
        return this.later(() => {
            const { host, tlsPort } = this.leading.own;
            return pulumi.all([host, tlsPort]).apply(([host, port]) => ({ host, port, nearby }));
        });
    }

    /** Whom a member follows, and how it logs in there; none if it takes writes itself. */
    primaryOf(member: string): Primary | undefined {
        if (this.leads(member)) return undefined;
        return {
            login: this.later(() => this.loginOf(member)),
            caCertPem: this.later(() => this.leading.own.caCertPem),
            ...(this.isNear(member) && { settings: this.later(() => this.leading.nodes.settingsVolume.name) }),
        };
    }

    /** What is known of the group once all are there. */
    later<T>(of: () => pulumi.Input<T>): pulumi.Output<T> {
        return pulumi.output(this.closed.then(of)) as pulumi.Output<T>;
    }

    private isNear(member: string): boolean {
        return this.hosts.get(member) === this.hosts.get(this.leader);
    }
}
