/** What replicas of the same program need from a database in order to follow it. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { PlainArguments } from "../../model/arguments/definition";
import type { DatabaseSpec } from "../../model/databaseSpec";
import type { Login } from "../../model/render/urls";
import type { PreparedServer } from "../server/prepare";
import type { Primary } from "../server/primary";

export interface Followed {
    /** The database's arguments as the program sets them. */
    readonly args: PlainArguments;
    readonly server: PreparedServer;
    /** The containers that must be running before a replica can follow. */
    readonly containers: readonly docker.Container[];
}

/** The part of a replica's argument `primary` that is not secret. */
export interface PrimaryFacts {
    readonly host: pulumi.Output<string>;
    readonly tlsPort: pulumi.Output<number>;
    readonly engine: pulumi.Output<DatabaseSpec["engine"]>;
    readonly version: pulumi.Output<DatabaseSpec["version"]>;
    readonly flavor: pulumi.Output<DatabaseSpec["flavor"]>;
    readonly memoryMb: pulumi.Output<number>;
}

/** Facts about the group of `database`, in which `leader` accepts the writes. */
export function primaryFacts(database: PreparedServer, leader: PreparedServer = database): PrimaryFacts {
    const { spec } = database;
    return {
        host: leader.spec.get("host"),
        tlsPort: leader.ports.tls,
        engine: spec.get("engine"),
        version: spec.get("version"),
        flavor: spec.get("flavor"),
        memoryMb: spec.get("memoryMb"),
    };
}

/** How a server with this login follows `server`. `nearby` is set if both are on the same Docker host. */
export function connectionTo(server: PreparedServer, login: pulumi.Output<Login>, nearby: boolean): Primary {
    return {
        login,
        caCertPem: server.certificates.caCertPem,
        ...(nearby && { settings: server.volumes.settings.name }),
    };
}
