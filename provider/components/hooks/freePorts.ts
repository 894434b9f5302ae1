/**
 * Tries ports that a new server has chosen before the choice is kept in the state: where one is taken, by whatever
 * listens on the Docker host, the next update makes another choice.
 */
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { type Asked, dockerProblems } from "../../model/dockerRefusals";
import { formatFindings } from "../../model/findings";
import { plaintextPort, tlsPort } from "../../model/render/layout";
import type { DockerHost } from "../dockerHost";
import { answerSeconds, dockerCommand, valueOf } from "./dockerCommand";
import { oncePerStack } from "./oncePerStack";
import { pull, rehearse } from "./trialContainer";

interface Choosing {
    readonly dockerHost: DockerHost;
    readonly spec: pulumi.Output<DatabaseSpec>;
}

/** For the `beforeCreate` hooks of one server's choice of ports. */
export const checkFree = oncePerStack(
    (choosing: Choosing, index) =>
        new pulumi.ResourceHook(`redis-database:checkFree-${index}`, (args) => check(choosing, args)),
);

async function check({ dockerHost, spec }: Choosing, { name, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    const { min, max } = newInputs as Readonly<Record<string, unknown>>;
    // A transform leaves it to chance.
    if (typeof min !== "number" || min !== max) return;
    const { image, bindAddress: ip, plaintext } = await valueOf(spec);
    const asked: Asked = {
        kind: "server",
        image,
        networks: [],
        ports: [
            ...(plaintext ? [{ internal: plaintextPort, external: min * 2, ip }] : []),
            { internal: tlsPort, external: min * 2 + 1, ip },
        ],
        holderOf: () => undefined,
    };
    const taken = await refusals(name, asked, dockerHost).catch(async (error: unknown) => {
        await pulumi.log.debug(`${name}: whether the ports are free was not tested: ${String(error)}`);
        return [];
    });
    if (taken.length === 0) return;
    const database = name.replace(/-port$/, "");
    const remedy = "run pulumi up again, which chooses others, or give ports";
    throw new Error(
        formatFindings(
            database,
            taken.map((found) => ({ ...found, remedy })),
            undefined,
            "no container",
        ),
    );
}

/** What else Docker refuses is found with the container itself. */
async function refusals(name: string, asked: Asked, dockerHost: DockerHost) {
    const run = await dockerCommand(dockerHost, answerSeconds);
    const there = await run("image", "inspect", asked.image).then(
        () => true,
        () => false,
    );
    if (!there && (await pull(name, asked, dockerHost))) return [];
    const found = await rehearse(run, name, {}, asked);
    return found.filter(({ code }) => code === dockerProblems.portTaken.code);
}
