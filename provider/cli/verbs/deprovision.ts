/** `redisdb deprovision`. */
import { Option } from "commander";
import { type DatabaseInfo, type Deprovisioned, PlatformError } from "../../platform/index";
import { newBackupText } from "../output/backups";
import { stepTable } from "../output/databases";
import { UsageError } from "../commandErrors";
import type { Call, Result, Session, Verb } from "../verb";
import { handle, operand, textFlag } from "./operands";

export const deprovision: Verb = {
    name: "deprovision",
    summary: "delete a database with its data and its replicas, or one replica",
    description:
        "If it has the argument `backup`, a final backup is made first, and nothing is deleted if that fails. Backups are " +
        "kept, and `redisdb backup orphaned` lists them; without backups, the data cannot be restored. On a terminal " +
        "without --confirm, it asks for the handle.",
    operands: [handle()],
    flags: () => [
        new Option("--confirm <handle>", "the handle again"),
        new Option("--skip-final-backup", "delete it without a final backup"),
        new Option("--dry-run", "list what would be deleted, and delete nothing"),
    ],
    examples: ["deprovision sessions --dry-run", "deprovision sessions --confirm sessions"],
    preview: dryRun,
    async run(session, call) {
        const { platform, options, note } = session;
        const name = operand(call, 0);
        if (call.flags.dryRun === true) return dryRun(session, call);
        const info = await platform.get(name);
        note(await aboutBackups(session, call, info));
        const confirm = await confirmation(session, call);
        const skipFinalBackup = call.flags.skipFinalBackup === true;
        try {
            const value = await platform.deprovision(name, confirm, { ...options, skipFinalBackup });
            return { value: { ...value, deleted: true }, text: deletedText(value) };
        } catch (error) {
            if (PlatformError.is(error, "backup-failed")) {
                const remedy = "correct the cause, or give --skip-final-backup";
                throw new PlatformError(error.code, error.message, remedy, error.details);
            }
            if (!PlatformError.is(error, "validation")) throw error;
            throw new PlatformError(error.code, error.message, `repeat the handle: --confirm ${name}`, error.details);
        }
    },
};

async function dryRun(session: Session, call: Call): Promise<Result> {
    const { platform, options } = session;
    const name = operand(call, 0);
    const steps = await platform.planDeprovision(name, options);
    const text = await aboutBackups(session, call, await platform.get(name));
    const messages = [{ severity: "info", about: name, text }];
    return { value: { rows: [], messages, steps }, text: `${stepTable(steps)}\n${text}` };
}

/** What happens to the backups of the servers that a call deletes. */
async function aboutBackups({ platform }: Session, { flags }: Call, info: DatabaseInfo): Promise<string> {
    const deleted = isAlone(info) ? [info] : (await platform.list()).filter(({ stack }) => stack === info.stack);
    const backedUp = deleted.filter(({ backupContainerName }) => backupContainerName !== undefined);
    if (backedUp.length === 0) return `"${info.handle}" has no \`backup\`, so no final backup is made`;
    const names = backedUp.map(({ handle: name }) => name).join(", ");
    return flags.skipFinalBackup === true
        ? `no final backup of ${names} is made; the existing backups are kept`
        : `a final backup of ${names} is made first; all backups are kept`;
}

/** Whether nothing else is deleted with it. */
const isAlone = ({ kind }: DatabaseInfo) => kind === "replica";

function deletedText({ handle: name, finalBackups }: Deprovisioned): string {
    const made = finalBackups.map((each) => newBackupText(each.database, each));
    const remaining = made.length > 0 ? ["list its backups, and purge or restore them: redisdb backup orphaned"] : [];
    return [`${name}: deleted`, ...made, ...remaining].join("\n");
}

async function confirmation({ ask, note }: Session, call: Call): Promise<string> {
    const name = operand(call, 0);
    const given = textFlag(call, "confirm");
    if (given !== undefined) return given;
    note(`This deletes "${name}" with its data, permanently.`);
    const answer = await ask("Type the handle to confirm: ");
    if (answer === undefined) {
        throw new UsageError("the deletion is not confirmed", `repeat the handle: --confirm ${name}`);
    }
    return answer.trim();
}
