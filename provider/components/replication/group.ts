/**
 * A database and the replicas in its group. The server that accepts writes starts before the servers that follow it.
 */
import * as pulumi from "@pulumi/pulumi";
import { asFollower } from "../../model/arguments/resolve";
import type { PlannedMember } from "../../model/plan";
import { ownMember } from "../../model/render/replication";
import type { Login } from "../../model/render/urls";
import type { RedisReplica } from "../redisReplica";
import { type AgentRole, startAgent } from "../server/agent";
import type { PreparedServer } from "../server/prepare";
import { type StartedServer, containersOf, startServer } from "../server/start";
import { Specification } from "../server/specification";
import { asKnown } from "../unknowns";
import { connectionTo } from "./followed";

export interface Member {
    readonly planned: PlannedMember;
    readonly server: PreparedServer;
    /** Absent for the database's own server. */
    readonly replica?: RedisReplica;
}

export interface StartedMember extends Member, StartedServer {}

export interface Group {
    /** The database's own server. */
    readonly own: StartedMember;
    /** The member that accepts writes. */
    readonly leader: StartedMember;
    readonly members: readonly StartedMember[];
}

/**
 * Starts the followers' agents, the leader's agent, the leader's server, and the followers' servers, in this order. In
 * a switchover, the previous leader has then handed over before the new leader's agent starts. An update waits until
 * the followers' servers have synced.
 */
export function startGroup(own: Member, replicas: readonly Member[]): Group {
    const { logins } = own.server.passwords;
    const all = [own, ...replicas];
    const leader = all.find(({ planned }) => planned.leads) ?? own;
    const followers = all
        .filter((member) => member !== leader)
        .map((member) => {
            const role = followerRole(member, leader, logins);
            return { member, role, agent: startAgent(member.server, role, []) };
        });
    const agents = followers.map(({ agent }) => agent);
    const role = { spec: leader.server.spec, peers: peersOf(leader, logins) };
    const agent = startAgent(leader.server, role, agents);
    const leading = { ...leader, ...startServer(leader.server, agent, role, []) };
    const following = followers.map(({ member, role, agent }) => ({
        ...member,
        ...startServer(member.server, agent, role, containersOf(leading.nodes)),
    }));
    const members = [leading, ...following];
    return { own: members.find(({ planned }) => planned === own.planned) ?? leading, leader: leading, members };
}

/** Starts promoted replicas, which are no longer in the group, after the database's own server. */
export function startPromoted(replicas: readonly Member[], own: StartedMember): StartedMember[] {
    const after = containersOf(own.nodes);
    return replicas.map((member) => {
        const role = { spec: member.server.spec, peers: [] };
        return { ...member, ...startServer(member.server, startAgent(member.server, role, after), role, after) };
    });
}

type Logins = PreparedServer["passwords"]["logins"];

function followerRole(member: Member, leader: Member, logins: Logins): AgentRole {
    const { planned, server } = member;
    const login = logins.get(planned.member);
    if (!login) throw new Error(`${planned.component} has no login`);
    return {
        spec: planned.member === ownMember ? followingSpec(server, leader.server, planned.nearby) : server.spec,
        primary: connectionTo(leader.server, login, planned.nearby),
        peers: peersOf(member, logins),
    };
}

/**
 * The specification of the database's own server does not include a primary, so this adds the leader. A replica's does.
 */
function followingSpec(server: PreparedServer, leader: PreparedServer, nearby: boolean) {
    const known = pulumi.all([server.spec.resolved, leader.spec.get("host"), leader.ports.tls]);
    return new Specification(asKnown(known, ([spec, host, port]) => asFollower(spec, { host, port, nearby })));
}

/**
 * The logins of the other members, which follow a replica once it accepts writes. The database's own server already has
 * them among its own logins.
 */
function peersOf({ planned }: Member, logins: Logins): pulumi.Output<Login>[] {
    if (planned.member === ownMember) return [];
    return planned.peers.flatMap((peer) => logins.get(peer) ?? []);
}
