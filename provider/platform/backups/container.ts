/** Runs the verbs of a database's backup container. */
import { type BackupFailure, PlatformError } from "../errors";
import { type DockerEnded, type DockerRunOptions, runDocker } from "../engine/dockerRun";
import type { DockerConnection } from "../options";
import type { BackupSource, FailedRepository } from "./backup";

/** The Docker host of a database. */
export function dockerOf({ dockerHost: host, dockerCertPath: certPath }: BackupSource): DockerConnection {
    return { ...(host !== undefined && { host }), ...(certPath !== undefined && { certPath }) };
}

/** Runs a verb. Throws `not-backed-up` if there is no backup container. */
export async function inBackupContainer(
    source: BackupSource,
    verb: readonly string[],
    options: DockerRunOptions = {},
): Promise<DockerEnded> {
    const { handle, backupContainerName: container } = source;
    if (container === undefined) throw notBackedUp(handle);
    const ended = await runDocker(dockerOf(source), ["exec", container, "sh", "/backup.sh", ...verb], options);
    if (ended.code !== 0 && /(No such container|is not running|is restarting|is paused)/.test(ended.stderr)) {
        throw backupFailed(
            `the backup container of "${handle}" does not run: ${lastLine(ended.stderr)}`,
            [],
            "update the database, which starts its containers again",
        );
    }
    return ended;
}

/** What a verb has printed. Throws `backup-failed` with its reason if it has failed. */
export function printed(
    source: Pick<BackupSource, "handle">,
    what: string,
    { code, stdout, stderr }: DockerEnded,
): string {
    if (code === 0) return stdout;
    const failure = reasonIn(stderr);
    throw backupFailed(`${what} of "${source.handle}" failed: ${failure.message}`, [failure]);
}

/** The last line of a verb that has failed: `refused: REASON [redis-database/CODE]`. */
export function reasonIn(stderr: string): BackupFailure {
    const line = lastLine(stderr);
    const [, message, code] = /^refused: (.*?)(?: \[(redis-database\/[a-z0-9-]+)\])?$/.exec(line) ?? [];
    if (message === undefined) return { message: line === "" ? "it ended without a reason" : line };
    return { message, ...(code !== undefined && { code }) };
}

export function backupFailed(
    message: string,
    failures: readonly BackupFailure[],
    remedy = "correct the cause, then repeat the operation",
): PlatformError<"backup-failed"> {
    return new PlatformError("backup-failed", message, remedy, { failures });
}

/** One repository and the reason for each failure, on one line. */
export function reasonsOf(failed: readonly FailedRepository[]): string {
    return failed.map(({ location, reason }) => `${location}: ${reason}`).join("; ");
}

function notBackedUp(handle: string): PlatformError {
    return new PlatformError(
        "not-backed-up",
        `"${handle}" has no backups: its argument \`backup\` is not set`,
        "set `backup`; `{}` makes daily backups to a Docker volume. For backups from before it was removed, name their repository",
        {},
    );
}

function lastLine(text: string): string {
    return text.trim().split("\n").at(-1)?.trim() ?? "";
}
