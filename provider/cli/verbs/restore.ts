/** `redisdb restore` and `redisdb clone`. */
import { Argument, Option } from "commander";
import type { Definitions } from "../../model/arguments/definition";
import { allowedHandle } from "../../platform/deployments";
import type { DatabaseSpec } from "../../platform/index";
import { databaseFlags } from "../arguments";
import { UsageError } from "../commandErrors";
import { argumentsFrom, flagsOf } from "../flags";
import { summaryOf } from "../output/databases";
import { databaseNamed, repositoryFlags, repositoryOf, stackFlags } from "../places";
import type { Call, Session, Verb } from "../verb";
import { handle, operand, textFlag } from "./operands";

/** What a restore decides itself is no flag. */
const { restoreFrom: _restoreFrom, ...newDatabaseFlags }: Definitions = databaseFlags;

const newHandle = () => new Argument("<new>", `the name of the new database: ${allowedHandle}`);
const newArguments = ({ flags }: Call) => argumentsFrom(newDatabaseFlags, flags) as DatabaseSpec;

const defaults =
    "The new database has the engine, version and flavor of the backup, unless you request a later version or another " +
    "flavor, and the sizes of the database that was backed up, if it is known and still exists. Other arguments are not " +
    "copied: give them as for `create`.";

export const restore: Verb = {
    name: "restore",
    summary: "create a database from a backup",
    description: `The existing database stays as it is. ${defaults} An interrupted restore can be repeated.`,
    operands: [newHandle()],
    flags: () => [
        new Option("--from <handle>", "the database or replica whose backup is restored"),
        ...stackFlags(),
        ...repositoryFlags(),
        new Option("--database <owner>", "whose backup, as PROJECT/STACK/NAME, if the repository has several"),
        new Option("--snapshot <id>", "the ID of the backup, or latest").default("latest"),
        new Option("--before <time>", "the last backup before a time, such as 2026-11-27T03:00:00Z"),
        ...flagsOf(newDatabaseFlags),
    ],
    examples: [
        "restore sessions-2 --from sessions",
        "restore sessions-2 --from sessions --before 2026-11-27T03:00:00Z --version 8.6",
        "restore sessions --repository volume:redis-sessions-sessions-backups",
    ],
    async run(session, call) {
        const place = await source(session, call);
        const database = textFlag(call, "database");
        const value = await session.platform.restore(operand(call, 0), place, {
            ...session.options,
            snapshot: wanted(call),
            ...(database !== undefined && { database }),
            args: newArguments(call),
        });
        return { value, text: summaryOf(value) };
    },
};

export const clone: Verb = {
    name: "clone",
    summary: "make a backup of a database, and create another one from it",
    description: `For a database with the argument \`backup\`. ${defaults}`,
    operands: [handle(), newHandle()],
    flags: () => [...stackFlags(), ...flagsOf(newDatabaseFlags)],
    examples: ["clone sessions sessions-test", "clone sessions sessions-test --container-size 256"],
    async run(session, call) {
        const of = await databaseNamed(operand(call, 0), session, call, true);
        const options = { ...session.options, args: newArguments(call) };
        const value = await session.platform.clone(of, operand(call, 1), options);
        return { value, text: summaryOf(value) };
    },
};

async function source(session: Session, call: Call) {
    const [from, repository] = [textFlag(call, "from"), repositoryOf(session, call)];
    if (repository && from === undefined) return repository;
    if (from !== undefined && !repository) return databaseNamed(from, session, call, true);
    throw from === undefined
        ? new UsageError("there is no source", "give --from HANDLE or --repository PLACE")
        : new UsageError("both --from and --repository are given", "leave one of them out");
}

function wanted(call: Call) {
    const [snapshot, before] = [textFlag(call, "snapshot") ?? "latest", textFlag(call, "before")];
    if (before === undefined) return snapshot;
    if (snapshot !== "latest") {
        throw new UsageError("both --snapshot and --before are given", "leave one of them out");
    }
    if (
        !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(before) ||
        Number.isNaN(Date.parse(before))
    ) {
        throw new UsageError(
            `--before ${before} is not a time with its zone`,
            "give a time in ISO 8601, such as 2026-11-27T03:00:00Z",
        );
    }
    return { before };
}
