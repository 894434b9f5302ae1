/** What a database offers to replicas of the same program. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { PlainArguments } from "../../model/arguments/definition";
import type { DatabaseSpec } from "../../model/databaseSpec";
import type { Login } from "../../model/render/urls";
import type { PreparedServer } from "../server/prepare";
import type { Primary } from "../server/primary";

export interface Followed {
    /** Its arguments as the program gives them. */
    readonly args: PlainArguments;
    readonly server: PreparedServer;
    /** What must be there before a replica of it is. */
    readonly containers: readonly docker.Container[];
}

/** What a replica's arguments say of a primary: nothing secret. */
export interface PrimaryFacts {
    readonly host: pulumi.Output<string>;
    readonly tlsPort: pulumi.Output<number>;
    readonly engine: pulumi.Output<DatabaseSpec["engine"]>;
    readonly version: pulumi.Output<DatabaseSpec["version"]>;
    readonly flavor: pulumi.Output<DatabaseSpec["flavor"]>;
    readonly memoryMb: pulumi.Output<number>;
}

/** Of the group that `database` belongs to, while `leader` takes the writes. */
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

/** How a server that may log in so follows `server`; `nearby` if it is on the same Docker host. */
export function connectionTo(server: PreparedServer, login: pulumi.Output<Login>, nearby: boolean): Primary {
    return {
        login,
        caCertPem: server.certificates.caCertPem,
        ...(nearby && { settings: server.volumes.settings.name }),
    };
}
