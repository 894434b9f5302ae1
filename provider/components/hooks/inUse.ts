/**
 * Refuses a place for data on which a server runs that is not the database's: two of them would write the same files.
 * The settings agent finds only one that writes at that moment; Docker's own command, where it reaches the host, any.
 */
import * as pulumi from "@pulumi/pulumi";
import { persistenceProblems, placePath, relation } from "../../model/arguments/persistence";
import { finding, formatFindings } from "../../model/findings";
import { withoutValues } from "../../model/problems";
import { agentPath, currentDir, dataDir, ownerPath, settingsDir } from "../../model/render/layout";
import type { DockerHost } from "../dockerHost";
import { log, refuse } from "../log";
import { ownerOf } from "../places";
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

/** For the `beforeCreate` hooks of a settings agent whose database has `data`. */
export function checkUse(owner: Owner): pulumi.ResourceHook[] {
    return owner.hooks.on("checkUse", (args) => check(owner, args));
}

async function check(owner: Owner, { name, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    const given: unknown = newInputs?.volumes;
    const volumes = ((await plain(given)) ?? []) as readonly Mounted[];
    const [place, settings] = [dataDir, settingsDir].map((path) => volumes.find((all) => all.containerPath === path));
    if (!place || !settings?.volumeName) return;
    const database = name.replace(/-agent$/, "");
    const users = usersOf(owner.dockerHost, place, settings.volumeName, database);
    const [found] = await users.catch(async (error: unknown) => {
        await log("debug", `${name}: could not look for what else uses ${nameOf(place)}: ${String(error)}`, owner);
        return [];
    });
    if (!found) return;
    const text = `is ${JSON.stringify(nameOf(place))}, on which the container "${found.name.slice(1)}" (${found.image}) runs`;
    const path = placePath({ volume: place.volumeName });
    const shown = finding(persistenceProblems.dataInUse, path, text);
    await refuse(formatFindings(database, [holdsOutput(given) ? withoutValues(shown) : shown]), owner);
}

/** Of what the engine gives hooks: whether a secret is among it. */
function holdsOutput(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    return pulumi.Output.isInstance(value) || Object.values(value).some(holdsOutput);
}

const nameOf = ({ volumeName, hostPath }: Mounted) => volumeName ?? hostPath ?? "";

/** Running containers that may write there. None once the database has a container, so that later ones do not matter. */
async function usersOf(dockerHost: DockerHost, place: Mounted, settings: string, database: string): Promise<Running[]> {
    const run = await dockerCommand(dockerHost);
    if ((await run("ps", "--all", "--quiet", "--filter", `volume=${settings}`)) !== "") return [];
    const source =
        place.hostPath ?? (await run("volume", "inspect", "--format", "{{.Mountpoint}}", nameOf(place))).trim();
    const mounting = (await running(run)).filter(({ mounts, image, path, args }) =>
        (mounts ?? []).some(({ Name, Source, RW }) => {
            if (!RW) return false;
            if (Name !== undefined && Name === place.volumeName) return true;
            const where = source === "" || Source === "" ? undefined : relation(Source, source);
            return where === "above"
                ? /redis|valkey|keydb/i.test([image, path, ...args].join(" "))
                : where !== undefined;
        }),
    );
    const others = await Promise.all(mounting.map(async (each) => !(await leftToAgent(run, each, database))));
    return mounting.filter((_each, index) => others[index]);
}

/** Those that go away while Docker is asked are left out. */
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

/** Agents do not write where they own nothing; one of ours refuses what a database of another name owns, and names that. */
async function leftToAgent(run: Run, { id, args }: Running, database: string): Promise<boolean> {
    if (args.includes(agentPath)) return true;
    if (!args.includes(`${currentDir}/start.sh`)) return false;
    const owner = (await run("exec", id, "cat", ownerPath).catch(() => "")).trim().split(" ").slice(2).join(" ");
    return owner !== "" && owner !== ownerOf(database);
}
