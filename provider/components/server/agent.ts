/** The settings agent: brings passwords, certificates and settings to the server without touching its container. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { clientUsers, passwordConf } from "../../model/render/acl";
import { agentSettings } from "../../model/render/agentSettings";
import { bundle } from "../../model/render/bundle";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { agentPath, desiredPath } from "../../model/render/layout";
import { redisConf } from "../../model/render/redisConf";
import { linkCfg } from "../../model/render/tunnelCfg";
import { followerUsers, itself, primaryConf } from "../../model/render/replication";
import { haproxyCfg } from "../../model/render/haproxyCfg";
import type { Login } from "../../model/render/urls";
import { releaseOf, versions } from "../../model/catalog/versions";
import type { Certificates } from "./certificates";
import type { PlanChild } from "./children";
import { type ContainerHooks, healthcheck, script } from "./containers";
import type { Credentials } from "./passwords";
import { type Followers, type Role, primaryMount } from "../replication/replication";
import type { Ports } from "./ports";
import type { PlannedServer } from "./server";
import type { Volumes } from "./volumes";

/**
 * Seconds until an up gives up on the agent, which is also how long a refusal takes to be shown. The agent needs two
 * for all but a change of flavor, which writes the data anew; 50 MiB a second is slow for a disk.
 */
function waitTimeoutSeconds({ memoryMb }: DatabaseSpec): number {
    return 20 + Math.ceil(memoryMb / 50);
}

export function createAgent(
    plan: PlanChild,
    database: string,
    spec: pulumi.Output<DatabaseSpec>,
    parts: {
        volumes: Volumes;
        ports: Ports;
        credentials: Credentials;
        followers: Followers;
        role: Role;
        /** Whether a link, and not the agent, knows where the primary is. */
        linked: boolean;
        certificates: Certificates;
        server: PlannedServer;
        hooks: ContainerHooks;
    },
): docker.Container {
    const { volumes, ports, credentials, followers, role, linked, certificates, server, hooks } = parts;
    const { primary, peers = [] } = role;
    const mayFollow = [...[...followers].flatMap(([name, login]) => (name === itself ? [] : [login])), ...peers];
    const owner = `${pulumi.getProject()}/${pulumi.getStack()}/${database}`;
    const settings = pulumi
        .all([spec, server.fingerprint])
        .apply(([known, fingerprint]) => agentSettings(known, { owner, server: fingerprint }));
    const files = pulumi
        .all([
            spec,
            settings,
            credentials.password,
            certificates.certPem,
            certificates.keyPem,
            certificates.trustedCaCertPem,
            pulumi.all(mayFollow),
            pulumi.all([ports.tls, primary?.login, primary?.caCertPem]),
        ])
        .apply(
            ([known, database, password, certificate, key, trusted, logins, [tlsPort, primaryLogin, primaryCa]]) => ({
                "start.sh": script("server/start.sh"),
                "health.sh": script("server/health.sh"),
                database,
                "redis.conf": redisConf(known, tlsPort),
                ...login(known, password),
                "tls.crt": certificate,
                "tls.key": key,
                "ca.crt": trusted,
                ...replicationFiles(known, logins, primaryLogin),
                ...terminatorFiles(known),
                ...linkFiles(known, primaryCa),
            }),
        );
    return plan(
        "agent",
        "agent",
        {
            image: spec.image,
            entrypoints: ["sh", agentPath],
            command: ["run"],
            // Everything that it does goes through the volumes and the socket that lies there.
            networkMode: "none",
            capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] },
            securityOpts: ["no-new-privileges:true"],
            restart: "unless-stopped",
            volumes: primary && !linked ? [...volumes.mounts, ...primaryMount(primary)] : volumes.mounts,
            uploads: files.apply((known) => [
                upload(agentPath, script("agent/agent.sh")),
                upload(desiredPath, bundle(known)),
            ]),
            healthcheck: healthcheck(["sh", agentPath, "health"], "6m0s"),
            wait: true,
            waitTimeout: spec.apply(waitTimeoutSeconds),
        },
        // One that refused has nothing to do any more: another try is another agent.
        { hooks, replaceOnChanges: ["#initerror"], deleteBeforeReplace: true },
    ).create(docker.Container, {}, role.agentAfter);
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
function login(spec: DatabaseSpec, password: string): Record<string, string> {
    const release = releaseOf(spec);
    return versions[release].acl
        ? { "users.acl": clientUsers(release, password) }
        : { "password.conf": passwordConf(password) };
}

function terminatorFiles(spec: DatabaseSpec): Record<string, string> {
    if (versions[releaseOf(spec)].nativeTls) return {};
    return { "haproxy.cfg": haproxyCfg(spec), "terminator-health.sh": script("haproxy/health.sh") };
}

/** What a replica before 6.0 reaches its primary through. */
function linkFiles(spec: DatabaseSpec, primaryCa: string | undefined): Record<string, string> {
    const primary = spec.replica?.primary;
    if (!primary || versions[releaseOf(spec)].nativeTls) return {};
    return {
        "link.cfg": linkCfg(primary),
        "link.sh": script("haproxy/tunnel.sh"),
        "link-health.sh": script("haproxy/tunnelHealth.sh"),
        ...(!primary.nearby && { "primary.crt": primaryCa ?? "" }),
    };
}

function upload(file: string, content: string) {
    return { file, content, permissions: "0600" };
}
