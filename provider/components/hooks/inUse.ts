/**
 * Refuses a location for data that another running container uses: two servers would write the same files. The settings
 * agent detects only a server that is writing at that moment. The docker command, if it reaches the host, finds any.
 */
import * as pulumi from "@pulumi/pulumi";
import { persistenceProblems, locationPath, relation } from "../../model/arguments/persistence";
import { finding, formatFindings } from "../../model/findings";
import { withoutValues } from "../../model/problems";
import { agentPath, currentDir, dataDir, ownerPath, settingsDir } from "../../model/render/layout";
import { ownerOf } from "../dataLocations";
import type { DockerHost } from "../dockerHost";
import { log, refuse } from "../log";
import { type Run, dockerCommand } from "./dockerCommand";
import type { Owner } from "./owner";
import { plain } from "./plain";

interface Mounted {
    readonly containerPath?: string;
    readonly volumeName?: string;
    readonly hostPath?: string;
}

/** A container as Docker describes it. */
interface Running {
    readonly id: string;
    readonly name: string;
    readonly image: string;
    readonly path: string;
    readonly args: readonly string[];
    readonly mounts: readonly { readonly Name?: string; readonly Source: string; readonly RW: boolean }[] | null;
}

const format =
    '{"id":{{json .Id}},"name":{{json .Name}},"image":{{json .Config.Image}},' +
    '"path":{{json .Path}},"args":{{json .Args}},"mounts":{{json .Mounts}}}';

/** `beforeCreate` hooks of the settings agent of a database with `data`. */
export function checkUse(owner: Owner): pulumi.ResourceHook[] {
    return owner.hooks.on("checkUse", (args) => check(owner, args));
}

async function check(owner: Owner, { name, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    const given: unknown = newInputs?.volumes;
    const volumes = ((await plain(given)) ?? []) as readonly Mounted[];
    const [location, settings] = [dataDir, settingsDir].map((path) =>
        volumes.find((all) => all.containerPath === path),
    );
    if (!location || !settings?.volumeName) return;
    const database = name.replace(/-(agent|restore)$/, "");
    const containers = containersUsing(owner.dockerHost, location, settings.volumeName, database);
    const [found] = await containers.catch(async (error: unknown) => {
        await log(
            "debug",
            `${name}: could not check whether another container uses ${nameOf(location)}: ${String(error)}`,
            owner,
        );
        return [];
    });
    if (!found) return;
    const text = `is ${JSON.stringify(nameOf(location))}, which the running container "${found.name.slice(1)}" (${found.image}) uses`;
    const path = locationPath({ volume: location.volumeName });
    const shown = finding(persistenceProblems.dataInUse, path, text);
    await refuse(formatFindings(database, [holdsOutput(given) ? withoutValues(shown) : shown]), owner);
}

/** Whether a value that the engine passes to a hook contains a secret: secrets are Outputs there. */
function holdsOutput(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    return pulumi.Output.isInstance(value) || Object.values(value).some(holdsOutput);
}

const nameOf = ({ volumeName, hostPath }: Mounted) => volumeName ?? hostPath ?? "";

/** Running containers that may write to the location. Not searched once the database itself has a container. */
async function containersUsing(
    dockerHost: DockerHost,
    location: Mounted,
    settings: string,
    database: string,
): Promise<Running[]> {
    const run = await dockerCommand(dockerHost);
    if ((await run("ps", "--all", "--quiet", "--filter", `volume=${settings}`)) !== "") return [];
    const source =
        location.hostPath ?? (await run("volume", "inspect", "--format", "{{.Mountpoint}}", nameOf(location))).trim();
    const mounting = (await running(run)).filter(({ mounts, image, path, args }) =>
        (mounts ?? []).some(({ Name, Source, RW }) => {
            if (!RW) return false;
            if (Name !== undefined && Name === location.volumeName) return true;
            const where = source === "" || Source === "" ? undefined : relation(Source, source);
            return where === "above"
                ? /redis|valkey|keydb/i.test([image, path, ...args].join(" "))
                : where !== undefined;
        }),
    );
    const refused = await Promise.all(mounting.map(async (each) => !(await isLeftToAgent(run, each, database))));
    return mounting.filter((_each, index) => refused[index]);
}

/** Containers that are removed during the query are omitted. */
async function running(run: Run): Promise<Running[]> {
    const ids = (await run("ps", "--quiet", "--no-trunc")).split("\n").filter(Boolean);
    if (ids.length === 0) return [];
    const lines = await run("inspect", "--type", "container", "--format", format, ...ids).catch(
        (error: unknown) => (error as { stdout?: string }).stdout ?? "",
    );
    return lines
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Running);
}

/**
 * Whether the database's own agent handles this container. Another database's agent does not write to data that it does
 * not own. If the data belongs to another database, the agent refuses it with that database's name.
 */
async function isLeftToAgent(run: Run, { id, args }: Running, database: string): Promise<boolean> {
    if (args.includes(agentPath)) return true;
    if (!args.includes(`${currentDir}/start.sh`)) return false;
    const owner = (await run("exec", id, "cat", ownerPath).catch(() => "")).trim().split(" ").slice(2).join(" ");
    return owner !== "" && owner !== ownerOf(database);
}
