/** `redisdb backup`, and the verbs that follow it. */
import { Argument, Option } from "commander";
import type { Backup, BackupPlace, NewBackup } from "../../platform/index";
import { UsageError, cancelled } from "../commandErrors";
import { backupTable, backupText, newBackupText, orphanTable, placeText, verificationTable } from "../output/backups";
import { databaseNamed, placeOf, repositoryFlags, repositoryOf, stackFlags } from "../places";
import type { Call, Result, Session, Verb } from "../verb";
import { handle, operand, textFlag } from "./operands";

const optionalHandle = () => new Argument("[handle]", "the database or replica; left out with --repository");
const backupId = (brackets = "<>") =>
    new Argument(`${brackets[0] ?? ""}id${brackets[1] ?? ""}`, "the ID of a backup, as `redisdb backup list` shows it");
const inRepository = (what: string) =>
    new Option("--in <repository>", `${what}: its number, or the volume, path or URL`);

/** Some repositories have not stored the backup. */
const partly = 4;

async function make(session: Session, call: Call): Promise<Result> {
    const { platform, options } = session;
    const name = operand(call, 0);
    const value = await platform.backup(await databaseNamed(name, session, call), options);
    return newBackup(name, value);
}

function newBackup(name: string, value: NewBackup): Result {
    return { value, text: newBackupText(name, value), ...(value.failed.length > 0 && { exitCode: partly }) };
}

const run: Verb = {
    name: "run",
    summary: "make a backup now",
    description: "The same as `redisdb backup HANDLE`, also for a database whose handle is the name of a verb.",
    operands: [handle()],
    flags: stackFlags,
    examples: ["backup run sessions"],
    run: make,
};

const list: Verb = {
    name: "list",
    summary: "list the backups of a database, or in a repository",
    description:
        "The exit code is 1 if a repository cannot be read. The last column has the numbers of the repositories.",
    operands: [optionalHandle()],
    flags: () => [...stackFlags(), ...repositoryFlags()],
    examples: ["backup list sessions", "backup list --repository volume:redis-sessions-sessions-backups"],
    async run(session, call) {
        const { place } = await placeOf(session, call);
        const value = await session.platform.listBackups(place, session.options);
        const text = backupTable(value, session.width);
        return { value, text, ...(value.failed.length > 0 && { exitCode: 1 }) };
    },
};

const show: Verb = {
    name: "show",
    summary: "describe a backup",
    operands: [optionalHandle(), backupId("[]")],
    flags: () => [...stackFlags(), ...repositoryFlags()],
    examples: ["backup show sessions 20261127-031500-9f3a"],
    async run(session, call) {
        const { place, id } = await backupNamed(session, call);
        const value = await session.platform.showBackup(place, id, session.options);
        return { value, text: backupText(value) };
    },
};

const copy: Verb = {
    name: "copy",
    summary: "copy a backup to another repository of the database",
    description: "It keeps its ID. Changes nothing if the repository has it already.",
    operands: [handle(), backupId()],
    flags: () => [
        new Option("--to <repository>", "where to: its number, or the volume, path or URL").makeOptionMandatory(),
        new Option("--from <repository>", "where from (default: the first one that has the backup)"),
        ...stackFlags(),
    ],
    examples: ["backup copy sessions 20261127-031500-9f3a --to 2"],
    async run(session, call) {
        const from = textFlag(call, "from");
        const source = await databaseNamed(operand(call, 0), session, call);
        const value = await session.platform.copyBackup(source, operand(call, 1), {
            ...session.options,
            to: textFlag(call, "to") ?? "",
            ...(from !== undefined && { from }),
        });
        return { value, text: `${value.id}: in ${locations(value)}` };
    },
};

const purge: Verb = {
    name: "purge",
    summary: "remove a backup, permanently",
    description: "Removes it from all repositories, or from one. Asks before that, or needs --yes.",
    operands: [optionalHandle(), backupId("[]")],
    flags: () => [
        inRepository("only from this repository"),
        new Option("--dry-run", "describe the backup, and remove nothing"),
        ...stackFlags(),
        ...repositoryFlags(),
    ],
    examples: [
        "backup purge sessions 20261127-031500-9f3a --dry-run",
        "backup purge 20261127-031500-9f3a --repository volume:redis-sessions-sessions-backups",
    ],
    async run(session, call) {
        const { platform, options, yes, ask, note } = session;
        const { place, id } = await backupNamed(session, call);
        const found = await platform.showBackup(place, id, options);
        if (call.flags.dryRun === true) return { value: { ...found, purged: false }, text: backupText(found) };
        const from = textFlag(call, "in");
        if (!yes) {
            note(`This removes the backup ${id} of ${found.database} from ${from ?? locations(found)}, permanently.`);
            const answer = await ask("Remove it? [y/N] ");
            if (answer === undefined) throw new UsageError("the removal is not confirmed", "give --yes");
            if (!/^y(es)?$/i.test(answer.trim())) throw cancelled();
        }
        const value = await platform.purgeBackup(place, id, { ...options, ...(from !== undefined && { from }) });
        return { value: { ...value, purged: true }, text: `${id}: removed from ${locations(value)}` };
    },
};

const exportVerb: Verb = {
    name: "export",
    summary: "write a backup to a file",
    description:
        "The file is a plain RDB file, which Redis loads without this package. It is written only if its SHA-256 is that " +
        "of the backup; only you can read it. The FILE - is the standard output, if that is not a terminal.",
    operands: [optionalHandle(), backupId("[]"), new Argument("[file]", "the new file")],
    flags: () => [inRepository("from this repository"), ...stackFlags(), ...repositoryFlags()],
    examples: ["backup export sessions 20261127-031500-9f3a sessions.rdb"],
    async run(session, call) {
        const { platform, options, onTerminal, json, stdout } = session;
        const { place, id, file } = await backupNamed(session, call);
        if (file === undefined) throw new UsageError("there is no file", "give the path of a new file");
        if (file === "-" && (onTerminal || json)) {
            const what = json ? "--json prints a document there" : "it is a terminal";
            throw new UsageError(
                `the dump cannot be written to the standard output: ${what}`,
                "give the path of a new file",
            );
        }
        const from = textFlag(call, "in");
        const to = file === "-" ? stdout : file;
        const value = await platform.exportBackup(place, id, to, { ...options, ...(from !== undefined && { from }) });
        return { value, text: file === "-" ? "" : `${id}: written to ${file}` };
    },
};

const verify: Verb = {
    name: "verify",
    summary: "restore a backup into a temporary server, and compare",
    description:
        "Without an ID, it verifies the newest backup of each repository. The exit code is 1 if one is not as it was made.",
    operands: [handle(), backupId("[]")],
    flags: () => [inRepository("only in this repository, with an ID"), ...stackFlags()],
    examples: ["backup verify sessions", "backup verify sessions 20261127-031500-9f3a"],
    async run(session, call) {
        const repository = textFlag(call, "in");
        const source = await databaseNamed(operand(call, 0), session, call);
        const value = await session.platform.verifyBackup(source, call.operands[1], {
            ...session.options,
            ...(repository !== undefined && { repository }),
        });
        return { value, text: verificationTable(value), exitCode: value.every(({ ok }) => ok) ? 0 : 1 };
    },
};

const orphaned: Verb = {
    name: "orphaned",
    summary: "list the backups of databases that no longer exist",
    description:
        "Searches the repositories of the existing databases, and the volumes of deleted databases whose `backup` named no " +
        "repository; or only the given repository. Only the command's own databases are known, so those of Pulumi programs " +
        "are not listed: `redisdb backup list --repository` lists all that a repository has. To remove one, give its place " +
        "to `redisdb backup purge` as --repository; to use one, to `redisdb restore`. The exit code is 1 if a repository " +
        "cannot be read.",
    flags: repositoryFlags,
    examples: ["backup orphaned", "backup orphaned --repository s3:https://s3.example.com/backups"],
    async run(session, call) {
        const value = await session.platform.orphanedBackups(repositoryOf(session, call), session.options);
        const [first] = value.backups;
        const hint =
            first &&
            `remove one: redisdb backup purge ${first.id} --repository ${placeText({ repository: first.repository })}`;
        if (hint !== undefined) session.note(hint);
        return { value, text: orphanTable(value, session.width), ...(value.failed.length > 0 && { exitCode: 1 }) };
    },
};

export const backup: Verb = {
    name: "backup",
    summary: "make a backup now, and use the backups that there are",
    description:
        "Makes a backup in addition to the scheduled ones, for a database with the argument `backup`. The exit code is 4 if " +
        "only some of its repositories have stored it.",
    operands: [handle()],
    flags: stackFlags,
    examples: ["backup sessions", "backup sessions --stack production"],
    run: make,
    verbs: [run, list, show, copy, purge, exportVerb, verify, orphaned],
};

/** The backup that a call names, and the file after it. */
async function backupNamed(
    session: Session,
    call: Call,
): Promise<{ readonly place: BackupPlace; readonly id: string; readonly file?: string }> {
    const { place, rest } = await placeOf(session, call);
    const [id, file] = rest;
    if (id === undefined) throw new UsageError("there is no ID of a backup", "list them: redisdb backup list");
    return { place, id, ...(file !== undefined && { file }) };
}

const locations = ({ repositories }: Backup) => repositories.map(({ location }) => location).join(", ");
