/** The settings agent: delivers passwords, certificates and settings to the server without replacing its container. */
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
import { ownerOf } from "../dataLocations";
import { trustedCaCertPem } from "./certificates";
import type { After } from "./children";
import { containerOf } from "./container";
import type { PreparedServer } from "./prepare";
import { type Primary, primaryMount } from "./primary";
import { script } from "./scripts";
import type { Specification } from "./specification";

/**
 * Seconds for which an update waits for the agent. A refusal is shown only after this time. The agent needs two seconds
 * for everything except a change of flavor, which rewrites the data; 50 MiB per second is slow for a disk.
 */
function waitSeconds({ memoryMb }: DatabaseSpec): number {
    return 20 + Math.ceil(memoryMb / 50);
}

/**
 * Memory limit of the agent's container, in MiB. The agent never loads data. Measured: adopting values of 512 MiB takes
 * 10, a typical trial server takes 17 with a cold page cache, and one with 10,000 `databases` takes 45. If the trial
 * server is killed, the agent refuses the settings with an error code of its own.
 */
const agentMemoryMb = 128;

/**
 * The agent runs as root, since it adopts data of any owner and keeps settings that the server may read but not change.
 * Every update fails if one of these capabilities is missing (tested one by one).
 */
const agentCapabilities = [
    // Makes the server the owner of its data and users, and HAProxy the owner of its socket's directory.
    "CAP_CHOWN",
    // Accesses the files of both, data of any owner and mode, and the server's socket.
    "CAP_DAC_OVERRIDE",
    // Sets the modes of their files, and moves or removes data in directories with the sticky bit.
    "CAP_FOWNER",
];

/** A server's role in replication, as its agent configures it. */
export interface AgentRole {
    /** The server's specification, including the primary that it follows. */
    readonly spec: Specification;
    /** Absent if the server is a primary. */
    readonly primary?: Primary;
    /** Logins of further servers that may follow it, in addition to those in its own arguments. Secret. */
    readonly peers: readonly pulumi.Output<Login>[];
}

/**
 * The second of three steps: starts the agent. It prepares the settings volume, or applies changes to the running
 * server.
 */
export function startAgent(server: PreparedServer, role: AgentRole, after: After): docker.Container {
    const { plan, volumes, owner } = server;
    const { primary } = role;
    const { beforeCreate = [], ...hooks } = server.hooks;
    // No other container uses a volume that the component creates.
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
            // Overrides the image's user.
            user: "0:0",
            entrypoints: ["sh", agentPath],
            command: ["run"],
            // The agent works only through the volumes and the socket on the settings volume.
            networkMode: "none",
            // With a tunnel, only the tunnel's container needs the primary's address.
            volumes: primary && !plan.tunnel ? [...volumes.mounts, ...primaryMount(primary)] : volumes.mounts,
        },
        // An agent that has refused settings keeps enforcing the previous ones. Another attempt needs a new agent.
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
    const restored = server.restore ? [server.restore] : [];
    const ready = pulumi.all([whenAccepted(server, replacing), server.backup?.usable]);
    return agent.create(docker.Container, {}, [...after, ...restored], ready);
}

/** Everything that the agent delivers, bundled into one file: Docker needs 40 ms per file. */
function uploads(server: PreparedServer, { spec, primary, peers }: AgentRole): docker.ContainerArgs["uploads"] {
    const { plan, passwords, certificates, ports, fingerprint } = server;
    const own = [...passwords.logins].flatMap(([follower, login]) => (follower === ownMember ? [] : [login]));
    const owner = ownerOf(plan.name);
    const inputs = pulumi.all([
        fingerprint,
        pulumi.all([passwords.password, pulumi.all(Object.fromEntries(passwords.users))]),
        pulumi.all([certificates.certPem, certificates.keyPem, pulumi.all([...certificates.expiries])]),
        trustedCaCertPem(spec, certificates, plan.tunnel ? undefined : primary?.caCertPem),
        pulumi.all([...own, ...peers]),
        ports.tls,
        pulumi.all([primary?.login, primary?.caCertPem]),
    ]);
    return spec.with(
        inputs,
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

/** On a primary, the users of its replicas (before 6.0, only their names); on a replica, its login. */
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

/** From 6.0 on, ACL users; before, a single password. */
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

/**
 * The tunnel through which a replica before 6.0 reaches its primary. The files keep its former name, link, since they
 * exist on the volumes of existing servers.
 */
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
