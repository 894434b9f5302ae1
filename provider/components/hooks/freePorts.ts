/**
 * Tries ports that a new server has chosen before the choice is kept in the state: where one is taken, by whatever
 * listens on the Docker host, the next update makes another choice.
 */
import type * as pulumi from "@pulumi/pulumi";
import { type ContainerRequest, dockerProblems } from "../../model/dockerRefusals";
import { formatFindings } from "../../model/findings";
import { plaintextPort, tlsPort } from "../../model/render/layout";
import { log, refuse } from "../log";
import type { Specification } from "../server/specification";
import { dockerCommand, valueOf } from "./dockerCommand";
import type { Owner } from "./owner";
import { plain } from "./plain";
import { hasImage, pull, rehearse } from "./trialContainer";

/** For the `beforeCreate` hooks of one server's choice of ports. */
export function checkFree(owner: Owner, spec: Specification): pulumi.ResourceHook[] {
    return owner.hooks.on("checkFree", (args) => check(owner, spec, args));
}

async function check(owner: Owner, spec: Specification, { name, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    const { min, max } = (await plain(newInputs)) as Readonly<Record<string, unknown>>;
    // A transform leaves it to chance.
    if (typeof min !== "number" || min !== max) return;
    const { image, bindAddress: ip, plaintext } = await valueOf(spec.whole);
    const asked: ContainerRequest = {
        kind: "server",
        image,
        networks: [],
        ports: [
            ...(plaintext ? [{ internal: plaintextPort, external: min * 2, ip }] : []),
            { internal: tlsPort, external: min * 2 + 1, ip },
        ],
        holderOf: () => undefined,
    };
    const taken = await refusals(name, asked, owner).catch(async (error: unknown) => {
        await log("debug", `${name}: whether the ports are free was not tested: ${String(error)}`, owner);
        return [];
    });
    if (taken.length === 0) return;
    const database = name.replace(/-port$/, "");
    const remedy = "run pulumi up again, which chooses others, or give ports";
    const findings = taken.map((found) => ({ ...found, remedy }));
    await refuse(formatFindings(database, findings, undefined, "no container"), owner);
}

/** What else Docker refuses is found with the container itself. */
async function refusals(name: string, asked: ContainerRequest, owner: Owner) {
    const run = await dockerCommand(owner.dockerHost);
    if (!(await hasImage(run, asked)) && (await pull(name, asked, owner))) return [];
    const found = await rehearse(run, name, {}, asked);
    return found.filter(({ code }) => code === dockerProblems.portTaken.code);
}
