/** The verbs that describe databases. They change nothing. */
import { Argument, Option } from "commander";
import { nearest } from "../../model/findings";
import { type BackupHealth, type Connection, type DatabaseInfo, PlatformError } from "../../platform/index";
import { lastBackupText, timeText } from "../output/backups";
import { databaseTable, versionTable } from "../output/databases";
import { record } from "../output/table";
import type { Session, Verb } from "../verb";
import { masked, unknownField, urlOf } from "../connections";
import { handle, operand } from "./operands";

export const list: Verb = {
    name: "list",
    summary: "list all databases and replicas",
    examples: ["list", "list --json"],
    async run({ platform }) {
        const databases = await platform.list();
        if (databases.length === 0) return { value: [], text: "there are no databases" };
        const health = await platform.health(...databases);
        const states = new Map(health.map((each) => [each.handle, each]));
        return {
            value: databases.map((each) => {
                const { state, backup } = states.get(each.handle) ?? {};
                return { ...each, health: state, ...(backup && { backup }) };
            }),
            text: databaseTable(databases, health),
        };
    },
};

export const versions: Verb = {
    name: "versions",
    summary: "list all versions with their end of life",
    description: "The names are those of the managed service. A version without a suffix is RDB-only.",
    examples: ["versions"],
    run({ platform }) {
        const value = platform.versions();
        return Promise.resolve({ value, text: versionTable(value) });
    },
};

export const url: Verb = {
    name: "url",
    summary: "print the URL of a database or a replica, with its password",
    operands: [handle()],
    flags: () => [new Option("--tls", "the URL for TLS; it is also printed if the plaintext port is closed")],
    examples: ["url sessions --tls"],
    async run({ platform, options }, call) {
        const text = urlOf(await platform.url(operand(call, 0), options), call.flags.tls === true);
        return { value: { url: text }, text };
    },
};

/** Fields of `show` that contain a password. */
const secretFields = ["url", "tlsUrl"];

export const show: Verb = {
    name: "show",
    summary: "describe a database or a replica",
    description:
        "Passwords in URLs are hidden. With a FIELD that is not printed to a terminal, the URL is complete: " +
        'REDIS_URL="$(redisdb show sessions tlsUrl)".',
    operands: [handle(), new Argument("[field]", "print only this field, such as tlsPort or caCertPem")],
    examples: ["show sessions", "show sessions version"],
    async run(session, call) {
        const [name, field] = [operand(call, 0), call.operands[1]];
        const database = await session.platform.get(name);
        const connection = await connectionOf(session, database);
        const backup = await backupOf(session, database);
        const fields: Readonly<Record<string, unknown>> = { ...database, ...connection, ...(backup && { backup }) };
        if (field !== undefined) return oneField(fields, field, session);
        const shown = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, maskedField(key, value)]));
        return {
            value: shown,
            text: record(
                Object.entries(shown).map(([key, value]) => [
                    key,
                    key === "backup" && backup ? backupLine(backup) : oneLine(value),
                ]),
            ),
        };
    },
};

/** How its backups are doing, if it has any. */
async function backupOf({ platform }: Session, database: DatabaseInfo): Promise<BackupHealth | undefined> {
    if (database.backupContainerName === undefined) return undefined;
    return (await platform.health(database))[0]?.backup;
}

/** The state, the last backup and its ID, when the next one is due, and what is wrong. */
function backupLine(backup: BackupHealth): string {
    const { state, last, next, reason, alarm } = backup;
    const due = next && `next at ${timeText(next)} UTC`;
    const facts = [state, lastBackupText(backup), last?.id, due, reason, alarm && `alarm: ${alarm}`];
    return facts.filter(Boolean).join(", ");
}

/** A database whose first update has not succeeded has no URLs yet. */
async function connectionOf(
    { platform, options }: Session,
    { handle: name }: DatabaseInfo,
): Promise<Partial<Connection>> {
    try {
        return await platform.url(name, options);
    } catch (error) {
        if (PlatformError.is(error, "partial")) return {};
        throw error;
    }
}

function oneField(fields: Readonly<Record<string, unknown>>, field: string, { onTerminal }: Session) {
    const known = Object.keys(fields);
    if (!known.includes(field)) throw unknownField(field, nearest(field, known), known);
    const value = onTerminal ? maskedField(field, fields[field]) : fields[field];
    return { value: { [field]: value }, text: typeof value === "string" ? value : JSON.stringify(value) };
}

function maskedField(field: string, value: unknown): unknown {
    return secretFields.includes(field) && typeof value === "string" ? masked(value) : value;
}

function oneLine(value: unknown): string {
    const [first = "", ...rest] = String(value).split("\n");
    return rest.length > 0 ? `${first} …` : first;
}

export const exists: Verb = {
    name: "exists",
    summary: "check whether a database or a replica exists",
    description: "The exit code is 0 if it exists, otherwise 6.",
    operands: [handle()],
    examples: ["exists sessions"],
    async run({ platform }, call) {
        const found = (await platform.list()).some(({ handle: each }) => each === operand(call, 0));
        return { value: { exists: found }, text: String(found), exitCode: found ? 0 : 6 };
    },
};
