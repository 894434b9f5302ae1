/** The settings agent: brings passwords, certificates and settings to the server without touching its container. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { releaseOf, versions } from "../../model/catalog/versions";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { clientUsers, passwordConf, programUsers } from "../../model/render/acl";
import { agentSettings } from "../../model/render/agentSettings";
import { bundle } from "../../model/render/bundle";
import { haproxyCfg } from "../../model/render/haproxyCfg";
import { agentPath, desiredPath } from "../../model/render/layout";
import { redisConf } from "../../model/render/redisConf";
import { followerUsers, ownMember, primaryConf } from "../../model/render/replication";
import { tunnelCfg } from "../../model/render/tunnelCfg";
import type { Login } from "../../model/render/urls";
import { whenAccepted } from "../hooks/dockerAccepts";
import { checkUse } from "../hooks/inUse";
import { ownerOf } from "../places";
import { trustedCaCertPem } from "./certificates";
import type { After } from "./children";
import { containerOf } from "./container";
import type { PreparedServer } from "./prepare";
import { type Primary, primaryMount } from "./primary";
import { script } from "./scripts";
import type { Specification } from "./specification";

/**
 * Seconds until an update gives up on the agent, which is also how long a refusal takes to be shown. The agent needs two
 * for all but a change of flavor, which writes the data anew; 50 MiB a second is slow for a disk.
 */
function waitSeconds({ memoryMb }: DatabaseSpec): number {
    return 20 + Math.ceil(memoryMb / 50);
}

/**
 * MiB that the agent's container may use. It never loads data: adopting values of 512 MiB takes 10, a usual trial server
 * 17 with a cold page cache, one with 10,000 `databases` 45 (measured). A trial server that is killed is a refusal of its
 * own.
 */
const agentMemoryMb = 128;

/**
 * It runs as root, since it adopts data of any owner, and keeps settings that the server may read but not change. Each of
 * these was removed once, and every update failed.
 */
const agentCapabilities = [
    // Gives the server its data and its users, and HAProxy the directory of its socket.
    "CAP_CHOWN",
    // Reads and writes what belongs to them, data of any owner and mode, and the server's socket.
    "CAP_DAC_OVERRIDE",
    // Sets the modes of their files, and moves or removes data in a directory with the sticky bit.
    "CAP_FOWNER",
];

/** Who a server follows and who may follow it, as its agent brings it. */
export interface AgentRole {
    /** The specification with whom it follows. */
    readonly spec: Specification;
    /** Whom it follows, if it follows. */
    readonly primary?: Primary;
    /** Who may follow it besides those that its own arguments name. Secret. */
    readonly peers: readonly pulumi.Output<Login>[];
}

/** The second step: starts the agent, which prepares the settings volume or applies its changes to the running server. */
export function startAgent(server: PreparedServer, role: AgentRole, after: After): docker.Container {
    const { plan, volumes, owner } = server;
    const { primary } = role;
    const { beforeCreate = [], ...hooks } = server.hooks;
    // Its own volume nobody else knows.
    const checks = plan.dataVolume ? [] : checkUse(owner);
    const agent = server.children.plan(
        "agent",
        "agent",
        {
            ...containerOf(role.spec, {
                memoryMb: agentMemoryMb,
                health: ["sh", agentPath, "health"],
                healthTimeout: "6m0s",
                waitSeconds,
                uploads: uploads(server, role),
                capabilities: agentCapabilities,
            }),
            image: role.spec.get("image"),
            // Whatever user the image has.
            user: "0:0",
            entrypoints: ["sh", agentPath],
            command: ["run"],
            // Everything that it does goes through the volumes and the socket that lies there.
            networkMode: "none",
            // Through a tunnel, its container knows where the primary is, and not the agent.
            volumes: primary && !plan.tunnel ? [...volumes.mounts, ...primaryMount(primary)] : volumes.mounts,
        },
        // One that refused watches over what is in force from then on: another try is another agent.
        {
            hooks: { ...hooks, beforeCreate: [...beforeCreate, ...checks] },
            replaceOnChanges: ["#initerror"],
            deleteBeforeReplace: true,
        },
    );
    const replacing = [
        { ...server.container, fingerprint: server.fingerprint },
        ...(server.haproxy ? [server.haproxy] : []),
    ];
    return agent.create(docker.Container, {}, after, whenAccepted(server, replacing));
}

/** All that the agent brings, as one file: Docker takes 40 ms for each. */
function uploads(server: PreparedServer, { spec, primary, peers }: AgentRole): docker.ContainerArgs["uploads"] {
    const { plan, passwords, certificates, ports, fingerprint } = server;
    const own = [...passwords.logins].flatMap(([follower, login]) => (follower === ownMember ? [] : [login]));
    const owner = ownerOf(plan.name);
    const others = pulumi.all([
        fingerprint,
        pulumi.all([passwords.password, pulumi.all(Object.fromEntries(passwords.users))]),
        pulumi.all([certificates.certPem, certificates.keyPem, pulumi.all([...certificates.expiries])]),
        trustedCaCertPem(spec, certificates, plan.tunnel ? undefined : primary?.caCertPem),
        pulumi.all([...own, ...peers]),
        ports.tls,
        pulumi.all([primary?.login, primary?.caCertPem]),
    ]);
    return spec.with(
        others,
        (
            known,
            [
                fingerprint,
                [password, users],
                [certificate, key, expiries],
                trusted,
                followers,
                tlsPort,
                [login, primaryCa],
            ],
        ) => [
            upload(agentPath, script("agent/agent.sh")),
            upload(
                desiredPath,
                bundle({
                    "start.sh": script("server/start.sh"),
                    "health.sh": script("server/health.sh"),
                    "database": agentSettings(known, { owner, server: fingerprint }, expiries.flat()),
                    "redis.conf": redisConf(known, tlsPort),
                    ...passwordFiles(known, password, users),
                    "tls.crt": certificate,
                    "tls.key": key,
                    "ca.crt": trusted,
                    ...replicationFiles(known, followers, login),
                    ...haproxyFiles(known),
                    ...tunnelFiles(known, primaryCa),
                }),
            ),
        ],
    );
}

/** The users of replicas, before 6.0 that there are any, or what a replica logs in with. */
function replicationFiles(
    spec: DatabaseSpec,
    followers: readonly Login[],
    primary: Login | undefined,
): Record<string, string> {
    const release = releaseOf(spec);
    const names = spec.followers.map((name) => `${name}\n`).join("");
    return {
        ...(followers.length > 0 && versions[release].acl && { "followers.acl": followerUsers(release, followers) }),
        ...(names !== "" && !versions[release].acl && { followers: names }),
        ...(primary && { "primary.conf": primaryConf(primary) }),
    };
}

/** Users from 6.0 on; before, there is one password. */
function passwordFiles(
    spec: DatabaseSpec,
    password: string,
    passwords: Readonly<Record<string, string>>,
): Record<string, string> {
    const release = releaseOf(spec);
    if (!versions[release].acl) return { "password.conf": passwordConf(password) };
    const users = spec.users.map(({ name, rules }) => ({ name, rules, password: passwords[name] ?? "" }));
    return { "users.acl": clientUsers(release, password) + programUsers(release, users) };
}

function haproxyFiles(spec: DatabaseSpec): Record<string, string> {
    if (versions[releaseOf(spec)].nativeTls) return {};
    return { "haproxy.cfg": haproxyCfg(spec), "terminator-health.sh": script("haproxy/health.sh") };
}

/** What a replica before 6.0 reaches its primary through. */
function tunnelFiles(spec: DatabaseSpec, primaryCa: string | undefined): Record<string, string> {
    const primary = spec.replica?.primary;
    if (!primary || versions[releaseOf(spec)].nativeTls) return {};
    return {
        "link.cfg": tunnelCfg(primary),
        "link.sh": script("haproxy/tunnel.sh"),
        "link-health.sh": script("haproxy/tunnelHealth.sh"),
        ...(!primary.nearby && { "primary.crt": primaryCa ?? "" }),
    };
}

function upload(file: string, content: string) {
    return { file, content, permissions: "0600" };
}
