/**
 * Checks whether the repositories of backups can be used, before anything is changed: in a preview, and in an update
 * before the first container. A container with restic's image does this on the Docker host, with the mounts and secrets
 * of the backup container.
 */
import { randomBytes } from "node:crypto";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { findingsAbout } from "../../model/backup/unusable";
import { dockerProblems } from "../../model/dockerRefusals";
import { type Finding, finding, formatFindings } from "../../model/findings";
import { withoutValues } from "../../model/problems";
import { filesOf } from "../../model/render/bundle";
import { desiredPath, repositoriesDir } from "../../model/render/layout";
import { ownerOf } from "../dataLocations";
import { type Run, dockerCommand } from "../hooks/dockerCommand";
import { supportsHooks } from "../hooks/hooks";
import { settingsVolumeOf } from "../hooks/leftovers";
import type { Owner } from "../hooks/owner";
import { plain } from "../hooks/plain";
import { exists, missingSource, trialFlags } from "../hooks/resticTrial";
import { log, refuse } from "../log";
import { runError } from "../runError";
import { script } from "../server/scripts";
import type { Specification } from "../server/specification";

/** Longer than the script waits for all repositories. */
const trialSeconds = 240;

/** Enough for a large image over a slow connection. */
const pullSeconds = 3600;

/** The server that the backups belong to. */
interface Server {
    readonly name: string;
    readonly spec: Specification;
    readonly owner: Owner;
    /** The image of restic. */
    readonly image: pulumi.Output<string>;
}

/** The inputs of the backup container; in a preview, `unresolved` replaces unknown ones. */
interface Inputs {
    readonly uploads?: readonly { readonly file?: unknown; readonly content?: unknown }[];
    readonly volumes?: readonly Mounted[];
}

interface Mounted {
    readonly containerPath?: unknown;
    readonly volumeName?: unknown;
    readonly hostPath?: unknown;
}

/** `beforeCreate` hooks of the backup container. They run in previews only. */
export function previewRepositories(server: Server): pulumi.ResourceHook[] {
    const { name, owner } = server;
    const previewed = async ({ newInputs }: pulumi.ResourceHookArgs) => {
        if (!pulumi.runtime.isDryRun()) return;
        const found = await check(server, (await plain(newInputs)) as Inputs, false);
        if (found.length > 0) await refuse(formatFindings(name, found), owner);
    };
    return owner.hooks.on("previewRepositories", previewed, { onDryRun: true });
}

/**
 * In an update, resolves once all repositories can be used, or ends the program with findings. Repositories that the
 * running backup container already uses are not checked.
 */
export function whenUsable(server: Server, args: docker.ContainerArgs): pulumi.Output<unknown> {
    if (pulumi.runtime.isDryRun() || !supportsHooks()) return pulumi.output(undefined);
    const { uploads, volumes } = args;
    return pulumi.output({ uploads, volumes }).apply(async (known) => {
        const found = await check(server, known, true);
        if (found.length > 0)
            throw runError(formatFindings(server.name, found, undefined, "no container"), server.owner);
    });
}

async function check(server: Server, inputs: Inputs, updates: boolean): Promise<Finding[]> {
    const { name, spec, owner } = server;
    const desired = inputs.uploads?.find(({ file }) => file === desiredPath)?.content;
    const image = await plain(server.image);
    if (typeof desired !== "string" || typeof image !== "string") return [];
    try {
        const run = await dockerCommand(owner.dockerHost);
        if (updates && (await isInUse(run, `${name}-backup`, settingsVolumeOf(inputs.volumes), desired))) return [];
        if (!(await exists(run, "image", image))) {
            const text = `the image ${image} is not on the Docker host; the update pulls it first, and then checks the repositories.`;
            if (!updates) await log("info", `"${name}": ${text}`, owner);
            const unpulled = updates ? await pull(image, owner) : [];
            if (!updates || unpulled.length > 0) return unpulled;
        }
        const mounts = await mountsOf(run, inputs.volumes ?? []);
        const output = mounts && (await tryAll(run, `${name}-backup`, image, mounts, desired, owner));
        const found = findingsAbout(output ?? "", filesOf(desired), ownerOf(name));
        return (await pulumi.isSecret(spec.get("backup"))) ? found.map(withoutValues) : found;
    } catch (error) {
        await log("debug", `"${name}": could not check the repositories of its backups: ${String(error)}`, owner);
        return [];
    }
}

/** Whether a running container of the server uses the same repositories with the same secrets. */
async function isInUse(run: Run, name: string, settings: string | undefined, desired: string): Promise<boolean> {
    if (settings === undefined) return false;
    const filters = ["--filter", `volume=${settings}`, "--filter", `name=^/${name}-[0-9a-f]+$`];
    const [running] = (await run("ps", "--format", "{{.Names}}", ...filters)).split("\n").filter(Boolean);
    if (running === undefined) return false;
    const used = filesOf(await run("exec", running, "cat", desiredPath).catch(() => ""));
    const { settings: _settings, ...wanted } = filesOf(desired);
    return (
        Object.entries(wanted).every(([file, content]) => used[file] === content) &&
        Object.keys(used).length === Object.keys(wanted).length + 1
    );
}

async function pull(image: string, owner: Owner): Promise<Finding[]> {
    const run = await dockerCommand(owner.dockerHost, pullSeconds);
    try {
        await run("pull", "--quiet", image);
        return [];
    } catch (error) {
        const { stderr = "" } = error as { stderr?: string };
        const reason = stderr.trim().split("\n").at(-1);
        const text = `is ${JSON.stringify(image)}, which is not on the Docker host and cannot be pulled: ${reason ?? String(error)}`;
        return [finding(dockerProblems.imageNotPulled, "transform.restic.image", text)];
    }
}

/** The mounts of repositories that exist. Undefined if one of them is unknown. */
async function mountsOf(run: Run, volumes: readonly Mounted[]): Promise<string[] | undefined> {
    const flags: string[] = [];
    for (const { containerPath, volumeName, hostPath } of volumes) {
        if (!String(containerPath).startsWith(`${repositoriesDir}/`)) continue;
        const source = volumeName ?? hostPath;
        if (typeof source !== "string") return undefined;
        if (volumeName !== undefined) {
            // Mounting it would create it.
            if (!(await exists(run, "volume", source))) continue;
        }
        const type = volumeName === undefined ? "bind" : "volume";
        flags.push("--mount", `type=${type},source=${source},target=${String(containerPath)}`);
    }
    return flags;
}

async function tryAll(
    run: Run,
    name: string,
    image: string,
    mounts: readonly string[],
    desired: string,
    owner: Owner,
): Promise<string> {
    const container = `${name}-trial-${randomBytes(4).toString("hex")}`;
    const start = await dockerCommand(owner.dockerHost, trialSeconds, desired);
    const flags = [...trialFlags(container), ...mounts];
    try {
        return await start("run", ...flags, "--entrypoint", "sh", image, "-c", script("backup/try.sh"));
    } catch (error) {
        // Docker creates the directory for the container.
        const missing = missingSource(error);
        const at = mounts.findIndex((mount) => missing !== undefined && mount.includes(`source=${missing},`));
        if (at < 1) throw error;
        const others = mounts.filter((_mount, index) => index !== at && index !== at - 1);
        return await tryAll(run, name, image, others, desired, owner);
    } finally {
        await run("rm", "--force", "--volumes", container).catch(() => undefined);
    }
}
