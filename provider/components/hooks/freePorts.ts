/**
 * Tries the chosen ports of a new server before the state records the choice. If anything on the Docker host listens on
 * one of them, the next update chooses other ports.
 */
import type * as pulumi from "@pulumi/pulumi";
import { type ContainerRequest, dockerProblems } from "../../model/dockerRefusals";
import { formatFindings } from "../../model/findings";
import { plaintextPort, tlsPort } from "../../model/render/layout";
import { log, refuse } from "../log";
import type { Specification } from "../server/specification";
import { valueOf } from "../unknowns";
import { dockerCommand } from "./dockerCommand";
import type { Owner } from "./owner";
import { plain } from "./plain";
import { hasImage, pull, tryContainer } from "./trialContainer";

/** `beforeCreate` hooks of a server's choice of ports. */
export function checkFree(owner: Owner, spec: Specification): pulumi.ResourceHook[] {
    return owner.hooks.on("checkFree", (args) => check(owner, spec, args));
}

async function check(owner: Owner, spec: Specification, { name, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    const { min, max } = (await plain(newInputs)) as Readonly<Record<string, unknown>>;
    // With a range from a transform, the provider chooses.
    if (typeof min !== "number" || min !== max) return;
    const { image, bindAddress: ip, plaintext } = await valueOf(spec.resolved);
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
        await log("debug", `${name}: could not check whether the ports are free: ${String(error)}`, owner);
        return [];
    });
    if (taken.length === 0) return;
    const database = name.replace(/-port$/, "");
    const remedy = "run pulumi up again, which chooses other ports, or set ports";
    const findings = taken.map((found) => ({ ...found, remedy }));
    await refuse(formatFindings(database, findings, undefined, "no container"), owner);
}

/** Only ports: other refusals are found when the container itself is tried. */
async function refusals(name: string, asked: ContainerRequest, owner: Owner) {
    const run = await dockerCommand(owner.dockerHost);
    if (!(await hasImage(run, asked)) && (await pull(name, asked, owner))) return [];
    const found = await tryContainer(run, name, {}, asked);
    return found.filter(({ code }) => code === dockerProblems.portTaken.code);
}
