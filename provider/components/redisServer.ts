/** What a database and a replica have in common: a Redis on a Docker host, as a table of contents. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type * as random from "@pulumi/random";
import { asFollower } from "../model/arguments/resolve";
import type { DatabaseSpec, PrimarySpec } from "../model/databaseSpec";
import { persistenceLabel } from "../model/catalog/flavors";
import type { Kind } from "../model/arguments/properties";
import { type Credential, connectionUrl, credentials, userOf } from "../model/render/urls";
import { type Engine, type Flavor, type Version, releaseOf } from "../model/catalog/versions";
import { createAgent } from "./server/agent";
import { type CertificateNodes, createCertificates } from "./server/certificates";
import { childrenOf } from "./server/children";
import { containerHooks } from "./server/containers";
import { createCredentials } from "./server/passwords";
import { protectFromDeletion } from "./server/deletionProtection";
import { createLink } from "./server/tunnel";
import { type Followers, type Role, createFollowers } from "./replication/replication";
import type { ReplicationGroup } from "./replication/replicationGroup";
import { choosePorts } from "./server/ports";
import { withReview } from "./hooks/review";
import { planServer } from "./server/server";
import { createTerminator } from "./server/haproxy";
import { type ServerArgs, checkKnown, needsTerminator, recordedInputs, resolveSpec, warn } from "./validation";
import { createVolumes } from "./server/volumes";

/** The connection URLs of a database, each labelled by its port's protocol. */
export interface ConnectionUrls {
    /** `redis://`; absent where the plaintext port is closed. */
    readonly plaintext?: string;
    /** `rediss://`. */
    readonly tls: string;
}

/** The resources that a database is made of, for what its outputs do not give. In process only. */
export interface DatabaseNodes extends CertificateNodes {
    /** Absent where `data` names another place. */
    readonly dataVolume?: docker.Volume;
    readonly settingsVolume: docker.Volume;
    /** The random choice of ports; absent where the program gives them. */
    readonly port?: random.RandomInteger;
    /** Absent where the program gives a password. */
    readonly password?: random.RandomPassword;
    readonly agent: docker.Container;
    readonly server: docker.Container;
    /** HAProxy, which speaks TLS in front of a server before 6.0; absent from 6.0 on. */
    readonly terminator?: docker.Container;
    /** HAProxy, through which a replica before 6.0 follows; absent from 6.0 on. */
    readonly link?: docker.Container;
    /** Goes before all others do, which Pulumi refuses while it is protected. */
    readonly deletionProtection: random.RandomId;
}

/** What a database knows of itself that others need to follow it. */
export interface Replication {
    readonly name: string;
    readonly spec: pulumi.Output<DatabaseSpec>;
    readonly args: ServerArgs;
    readonly followers: Followers;
    /** Absent where no replica follows. */
    readonly group?: ReplicationGroup;
}

/** What a server tells of itself: the outputs of a component. */
const told = [
    ...([
        "url",
        "tlsUrl",
        "connectionUrls",
        "credentials",
        "password",
        "host",
        "port",
        "tlsPort",
        "caCertPem",
    ] as const),
    ...(["engine", "version", "flavor", "persistenceLabel", "containerName"] as const),
] as const;
type Told = Pick<RedisServer, (typeof told)[number]>;

/** How a server takes part in its group. */
interface Part extends Role {
    readonly group?: ReplicationGroup;
    /** Whom a database's own server follows. */
    readonly follows?: pulumi.Output<PrimarySpec>;
}

/** A Redis server on a Docker host, with all that belongs to it. */
export abstract class RedisServer extends pulumi.ComponentResource {
    /** `redis://app:PASSWORD@HOST:PORT`, without a user before 6.0. Secret. Undefined where the plaintext port is closed. */
    readonly url!: pulumi.Output<string | undefined>;
    /** `rediss://app:PASSWORD@HOST:PORT`, without a user before 6.0; verify it with `caCertPem`. Secret. */
    readonly tlsUrl!: pulumi.Output<string>;
    /** Both URLs, labelled. Secret. */
    readonly connectionUrls!: pulumi.Output<ConnectionUrls>;
    /** Both ways in as the managed service lists them; the plaintext one is its default while it is open. Secret. */
    readonly credentials!: pulumi.Output<Credential[]>;
    /** Password of the users `app` and `default`; before 6.0, the one password. Secret. */
    readonly password!: pulumi.Output<string>;
    /** Name or address by which clients reach the Docker host. */
    readonly host!: pulumi.Output<string>;
    /** Plaintext port on the Docker host. Undefined where it is closed. */
    readonly port!: pulumi.Output<number | undefined>;
    /** TLS port on the Docker host. */
    readonly tlsPort!: pulumi.Output<number>;
    /** Certificate of the CA that the server's certificate verifies with, in PEM. */
    readonly caCertPem!: pulumi.Output<string>;
    /** What runs: `redis` or `valkey`. */
    readonly engine!: pulumi.Output<Engine>;
    /** Its version, without a flavor. */
    readonly version!: pulumi.Output<Version>;
    /** How data is kept: `aof`, `rdb` or `nordb`. */
    readonly flavor!: pulumi.Output<Flavor>;
    /** The managed service's label: `RDB-Only Persistence`, `NO PERSISTENCE`, undefined for `aof`. */
    readonly persistenceLabel!: pulumi.Output<string | undefined>;
    /** Name of the server's container, for `docker logs` and the like. */
    readonly containerName!: pulumi.Output<string>;
    /** The resources behind its own server. In process only. */
    readonly nodes: DatabaseNodes;
    /** @internal What its own server tells, whoever takes writes. */
    readonly own: Told;

    /** @internal What others need to follow it. */
    readonly replication: Replication;

    /**
     * @param kind Which of the components it is.
     * @param name Name of the database in the program; its children's names start with it.
     * @param args What it should be like.
     * @param opts Pulumi's options; a `docker.Provider` among them names the Docker host.
     * @param part Whom it follows, and who follows it.
     */
    protected constructor(
        kind: Kind,
        name: string,
        args: ServerArgs,
        opts: pulumi.ComponentResourceOptions | undefined,
        part: Part = {},
    ) {
        checkKnown(kind, name, args, opts);
        super(`redis-database:index:${kind}`, name, recordedInputs(args), withReview(kind, opts));
        const spec = resolveSpec(kind, name, args);
        // By itself: of what it does in its group the others wait to know where it is.
        const joined = part.follows
            ? pulumi.all([spec, part.follows]).apply(([own, primary]) => asFollower(own, primary))
            : spec;
        warn(name, spec);
        const { child, plan } = childrenOf(this, name, spec, args.transform);

        const volumes = createVolumes(child, spec, args, this.getProvider("docker:index/volume:Volume"));
        const ports = choosePorts(child, spec, args);
        const login = createCredentials(child, name, spec, args);
        // Before 6.0 there is somebody else for TLS, and one password for all.
        const assisted = needsTerminator(args);
        const followers = createFollowers(child, name, spec, args, assisted ? login.password : undefined);
        const certificates = createCertificates(child, name, spec, args, assisted ? undefined : part.primary);
        const hooks = containerHooks(this);
        const planned = planServer(plan, name, joined, { volumes, ports, hooks });
        const agent = createAgent(plan, name, joined, {
            volumes,
            ports,
            credentials: login,
            followers,
            role: part,
            linked: assisted,
            certificates,
            server: planned,
            hooks,
        });
        const link =
            assisted && part.primary
                ? createLink(plan, spec, {
                      volumes,
                      primary: part.primary,
                      agent,
                      after: part.serverAfter ?? [],
                      hooks,
                  })
                : undefined;
        const server = planned.create(agent, link ? [link] : part.serverAfter);
        const terminator = assisted
            ? createTerminator(child, name, spec, args, { volumes, ports, server, hooks })
            : undefined;
        const deletionProtection = protectFromDeletion(plan, [server, ...(terminator ? [terminator] : [])], args);

        this.nodes = {
            ...(volumes.data && { dataVolume: volumes.data }),
            settingsVolume: volumes.settings,
            ...(ports.choice && { port: ports.choice }),
            ...(login.generated && { password: login.generated }),
            ...certificates.nodes,
            agent,
            server,
            ...(terminator && { terminator }),
            ...(link && { link }),
            deletionProtection,
        };
        const user = spec.apply((known) => userOf(releaseOf(known)));
        const known = pulumi.secret(pulumi.all([spec.host, ports.plaintext, ports.tls, user, login.password]));
        const url = known.apply(([host, port, , user, password]) =>
            port === undefined ? undefined : connectionUrl("redis", { host, port }, { user, password }),
        );
        const tlsUrl = known.apply(([host, , port, user, password]) =>
            connectionUrl("rediss", { host, port }, { user, password }),
        );
        const urls = pulumi.all([url, tlsUrl]);
        this.own = {
            ...{ url, tlsUrl, host: spec.host, port: ports.plaintext, tlsPort: ports.tls, password: login.password },
            connectionUrls: urls.apply(([url, tls]) => ({ ...(url !== undefined && { plaintext: url }), tls })),
            credentials: urls.apply(([url, tlsUrl]) => credentials({ ...(url !== undefined && { url }), tlsUrl })),
            caCertPem: certificates.caCertPem,
            ...{ engine: spec.engine, version: spec.version, flavor: spec.flavor },
            persistenceLabel: spec.apply(({ flavor }) => persistenceLabel(flavor)),
            containerName: server.name,
        };
        this.tell(this.own);
        this.replication = { name, spec, args, followers, ...(part.group && { group: part.group }) };
    }

    /** Makes these its outputs. */
    protected tell(outputs: Told): void {
        Object.assign(this, outputs);
    }

    /** All that the component says of itself in the state; to be called last, with what only one of them has. */
    protected publish(more: pulumi.Inputs = {}): void {
        const outputs = Object.fromEntries(told.map((output) => [output, this[output]]));
        this.registerOutputs({ ...outputs, ...more });
    }
}
