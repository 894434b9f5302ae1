/** The settings agent: brings passwords, certificates and settings to the server without touching its container. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { clientUsers } from "../spec/acl";
import type { DatabaseSpec } from "../spec/databaseSpec";
import { dataDir, desiredDir, settingsDir } from "../spec/layout";
import { redisConf } from "../spec/redisConf";
import type { Certificates } from "./certificates";
import type { MakeChild } from "./children";
import { healthcheck, script } from "./containers";
import type { Credentials } from "./credentials";
import { explainFailure } from "./failures";
import type { Volumes } from "./volumes";

/**
 * Seconds until an up gives up on the agent, which is also how long a refusal takes to be shown. The agent needs two
 * for all but a change of flavor, which writes the data anew; 50 MiB a second is slow for a disk.
 */
function waitTimeoutSeconds({ memoryMb }: DatabaseSpec): number {
    return 20 + Math.ceil(memoryMb / 50);
}

export function createAgent(
    child: MakeChild,
    spec: pulumi.Output<DatabaseSpec>,
    parts: { volumes: Volumes; credentials: Credentials; certificates: Certificates },
): docker.Container {
    const { volumes, credentials, certificates } = parts;
    const users = pulumi
        .all([spec, credentials.password])
        .apply(([{ version }, password]) => clientUsers(version, password));
    return child(
        "agent",
        "agent",
        docker.Container,
        {
            image: spec.image,
            entrypoints: ["sh", `${desiredDir}/agent.sh`],
            command: ["apply"],
            // Everything that it does goes through the volumes and the socket that lies there.
            networkMode: "none",
            capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] },
            securityOpts: ["no-new-privileges:true"],
            restart: "unless-stopped",
            volumes: [
                { volumeName: volumes.data.name, containerPath: dataDir },
                { volumeName: volumes.settings.name, containerPath: settingsDir },
            ],
            uploads: [
                upload("agent.sh", script("agent.sh")),
                upload("health.sh", script("health.sh")),
                upload("version", spec.version),
                upload("flavor", spec.flavor),
                upload("redis.conf", spec.apply(redisConf)),
                upload("users.acl", users),
                upload("tls.crt", certificates.certPem),
                upload("tls.key", certificates.keyPem),
                upload("ca.crt", certificates.clientCaCertPem),
            ],
            healthcheck: healthcheck(["sh", `${desiredDir}/agent.sh`, "health"], "1m30s"),
            wait: true,
            waitTimeout: spec.apply(waitTimeoutSeconds),
        },
        { hooks: { onError: [explainFailure()] } },
    );
}

function upload(name: string, content: pulumi.Input<string>) {
    return { file: `${desiredDir}/${name}`, content, permissions: "0600" };
}
