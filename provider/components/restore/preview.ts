/**
 * Checks in a preview whether a restore is possible: whether the source can be reached and read, by a version that can
 * read its data, and whether the location of the data is empty. A container with the same script does this, and changes
 * nothing. In an update, the container that restores checks the same before it starts.
 */
import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { unresolved } from "../../model/arguments/definition";
import type { RestoreSource } from "../../model/arguments/restore";
import { type Finding, formatFindings } from "../../model/findings";
import { redact } from "../../model/redaction";
import { backupRefusals } from "../../model/backupRefusals";
import { restoreRefusals } from "../../model/restoreRefusals";
import { dataDir, desiredPath } from "../../model/render/layout";
import { resticImage } from "../../model/render/backup";
import { NotReached, dockerCommand } from "../hooks/dockerCommand";
import { settingsVolumeOf } from "../hooks/leftovers";
import type { Owner } from "../hooks/owner";
import { plain } from "../hooks/plain";
import { exists, missingSource, trialFlags } from "../hooks/resticTrial";
import { log, refuse } from "../log";
import { script } from "../server/scripts";

/** The inputs of the container that restores; in a preview, `unresolved` replaces unknown ones. */
interface Inputs {
    readonly image?: unknown;
    readonly uploads?: readonly { readonly file: string; readonly content: unknown }[];
    readonly volumes?: readonly { containerPath?: unknown; volumeName?: unknown; hostPath?: unknown }[];
    readonly mounts?: readonly { readonly type: string; readonly source: unknown; readonly target: string }[];
    readonly networksAdvanced?: readonly { readonly name: unknown }[];
    readonly networkMode?: unknown;
}

/** Longer than the script waits for an answer. */
const trialSeconds = 120;

/** `beforeCreate` hooks of the container. They run in previews only. */
export function previewRestore(owner: Owner, source: RestoreSource): pulumi.ResourceHook[] {
    const previewed = async (args: pulumi.ResourceHookArgs) => {
        if (pulumi.runtime.isDryRun()) await preview(args, owner, source);
    };
    return owner.hooks.on("previewRestore", previewed, { onDryRun: true });
}

async function preview({ name, newInputs }: pulumi.ResourceHookArgs, owner: Owner, source: RestoreSource) {
    const database = name.replace(/-restore$/, "");
    const inputs = (await plain(newInputs)) as Inputs;
    const notChecked = (reason: string) =>
        log("info", `"${database}": the preview did not check whether its data can be restored: ${reason}.`, owner);
    try {
        const found = await tryRestore(name, inputs, owner, source);
        if (typeof found === "string") await notChecked(found);
        else if (found.length > 0) await refuse(formatFindings(database, found), owner);
    } catch (error) {
        if (!(error instanceof NotReached)) throw error;
        await notChecked("the docker command does not reach its Docker host");
    }
}

/** Findings, or why nothing was tried. */
async function tryRestore(
    name: string,
    { image: own, uploads = [], volumes = [], mounts = [], networksAdvanced = [], networkMode }: Inputs,
    owner: Owner,
    source: RestoreSource,
): Promise<readonly Finding[] | string> {
    const image = source === "repository" ? resticImage : own;
    const desired = uploads.find(({ file }) => file === desiredPath)?.content;
    if (typeof desired !== "string" || typeof image !== "string") return "its values are known only during the update";
    const run = await dockerCommand(owner.dockerHost);
    const settings = settingsVolumeOf(volumes);
    if (typeof settings === "string" && (await hasAgent(run, settings))) return [];
    if (!(await exists(run, "image", image))) return `the image ${image} is not on the Docker host yet`;
    const wanted: string[] = [];
    for (const { type, source: from, target } of mounts) {
        if (from === unresolved) return "its values are known only during the update";
        if (type === "volume" && !(await exists(run, "volume", String(from)))) {
            return [missing("repository-not-found", "restoreFrom.repository.volume", String(from))];
        }
        wanted.push("--mount", `type=${type},source=${String(from)},target=${target},readonly`);
    }
    const data = volumes.find(({ containerPath }) => containerPath === dataDir);
    if (typeof data?.volumeName === "string" && (await exists(run, "volume", data.volumeName))) {
        wanted.push("--mount", `type=volume,source=${data.volumeName},target=${dataDir},readonly`);
    }
    const container = `${name}-trial-${randomBytes(4).toString("hex")}`;
    const input = await dockerCommand(owner.dockerHost, trialSeconds, trialScript(desired));
    const flags = [
        ...trialFlags(container),
        ...(networkMode === "none" ? ["--network", "none"] : []),
        ...networksAdvanced.flatMap(({ name: network }) => (typeof network === "string" ? ["--network", network] : [])),
    ];
    const attempt = (more: readonly string[]) =>
        input("run", ...flags, ...more, "--entrypoint", "sh", image, "-s", "try");
    // A directory that does not exist yet is empty.
    const directory = typeof data?.hostPath === "string" ? data.hostPath : undefined;
    const withData =
        directory === undefined ? [] : ["--mount", `type=bind,source=${directory},target=${dataDir},readonly`];
    try {
        const output = await attempt([...wanted, ...withData]).catch(async (error: unknown) => {
            if (directory === undefined || !missingSource(error)?.includes(directory)) throw error;
            return attempt(wanted);
        });
        const [line] = output.split("\n").filter((text) => text.startsWith("found: "));
        if (line)
            await log("info", `${name.replace(/-restore$/, "")}: restores ${line.slice("found: ".length)}.`, owner);
        return [];
    } catch (error) {
        return findingsIn(error, source);
    } finally {
        await run("rm", "--force", "--volumes", container).catch(() => undefined);
    }
}

/** Whether the database exists: an agent has been created, which runs after the restore. */
async function hasAgent(run: (...args: string[]) => Promise<string>, settings: string): Promise<boolean> {
    const names = await run("ps", "--all", "--format", "{{.Names}}", "--filter", `volume=${settings}`);
    return names.split("\n").some((container) => /-agent-[0-9a-f]+$/.test(container));
}

/** The script with its input, which holds secrets: both arrive on standard input. */
function trialScript(desired: string): string {
    const end = `END_${randomBytes(16).toString("hex")}`;
    const file = desired.endsWith("\n") ? desired : `${desired}\n`;
    return `umask 077\ncat >${desiredPath} <<'${end}'\n${file}${end}\n${script("restore/restore.sh")}`;
}

function missing(code: string, path: string, where: string): Finding {
    return {
        code: `redis-database/${code}`,
        path,
        problem: `is ${JSON.stringify(where)}, which does not exist on the Docker host`,
        remedy: remedyOf(code),
    };
}

/** What the script refused. Throws if it did not run. */
function findingsIn(error: unknown, source: RestoreSource): readonly Finding[] {
    const { stdout = "" } = error as { stdout?: string };
    const absent = missingSource(error);
    if (absent !== undefined) {
        return source === "repository"
            ? [missing("repository-not-found", "restoreFrom.repository.path", absent)]
            : [missing("restore-source-missing", `restoreFrom.${source}`, absent)];
    }
    const refused = redact(stdout)
        .split("\n")
        .filter((line) => line.startsWith("refused: "))
        .at(-1);
    const parsed =
        refused === undefined ? null : /^refused: ([\w.]+): (.*) \[redis-database\/([a-z0-9-]+)\]$/.exec(refused);
    if (!parsed) throw error;
    const [, path = "", text = "", code = ""] = parsed;
    const [problem = "", ...remedies] = text.split("; ");
    return [{ code: `redis-database/${code}`, path, problem, remedy: remedies.join("; ") || remedyOf(code) }];
}

function remedyOf(code: string): string {
    const refusals: Readonly<Record<string, { readonly remedy: string }>> = { ...backupRefusals, ...restoreRefusals };
    return refusals[code]?.remedy ?? restoreRefusals["restore-failed"].remedy;
}
