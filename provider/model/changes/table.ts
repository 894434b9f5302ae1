/** The change table: the rows with their arguments, and which rows apply to a change. */
import { isDeepStrictEqual } from "node:util";
import type { Definition, Kind } from "../arguments/definition";
import { databaseArguments, definitions, holdsSecret, replicaArguments } from "../arguments/index";
import { compareVersions, nameOf, releaseOf, versions } from "../catalog/versions";
import { type Finding, finding } from "../findings";
import type { Described } from "./describe";
import { changeProblems } from "./problems";
import { type Row, type RowId, rows } from "./rows";

/** An argument of a row. */
export interface Compared {
    readonly path: string;
    /** Its name in docs/changes.md; empty if another argument's label covers it. */
    readonly label: string;
    /** Whether its values may be shown. */
    readonly shown: boolean;
    readonly value: (database: Described) => unknown;
    readonly words?: Entry["words"];
    readonly unset?: string;
    readonly haproxyAlone?: true;
}

export interface ChangeRow extends Row {
    readonly id: RowId;
    readonly arguments: readonly Compared[];
}

interface Entry {
    readonly row: RowId;
    readonly label?: string;
    readonly value?: (database: Described) => unknown;
    readonly words?: (before: Described, after: Described, shown: boolean) => readonly string[];
    readonly unset?: string;
    readonly haproxyAlone?: true;
}

/** Lets the compiler check the definitions: their rows must exist, and their functions must take a `Described`. */
interface WithEntries {
    readonly doc: string;
    readonly changes?: readonly Entry[];
    readonly members?: Readonly<Record<string, WithEntries>>;
}
const checked: Readonly<Record<Kind, Readonly<Record<string, WithEntries>>>> = {
    RedisDatabase: databaseArguments,
    RedisReplica: replicaArguments,
};

function tableOf(kind: Kind): ChangeRow[] {
    const found: (Entry & { readonly path: string; readonly shown: boolean })[] = [];
    const visit = (path: string, definition: Definition, { changes = [], members = {} }: WithEntries) => {
        // A value that an entry derives is not secret, even if other parts of the argument are.
        for (const entry of changes)
            found.push({ ...entry, path, shown: !holdsSecret(definition) || entry.value !== undefined });
        for (const [name, member] of Object.entries(members)) {
            const below = definition.members?.[name];
            if (below) visit(`${path}.${name}`, below, member);
        }
    };
    for (const [name, definition] of Object.entries(definitions[kind])) {
        const entries = checked[kind][name];
        if (entries) visit(name, definition, entries);
    }
    return (Object.entries(rows) as [RowId, Row][]).map(([id, row]) => ({
        ...row,
        id,
        arguments: [
            ...found
                .filter((entry) => entry.row === id)
                .map(({ path, shown, label, value, words, unset, haproxyAlone }) => ({
                    path,
                    words,
                    unset,
                    haproxyAlone,
                    label: label ?? `\`${path}\``,
                    shown,
                    value: value ?? ((database: Described) => valueAt(database, path, shown)),
                })),
            ...(row.own ? [{ ...releaseEntry, ...row.own }] : []),
        ],
    }));
}

/** The defaults for a compared value that is not an argument. */
const releaseEntry = { path: "release", shown: false, words: () => ["release of this package"] };

/** The value at a path of the specification. Secrets are not in it, so they are read from the arguments. */
function valueAt({ spec, args }: Described, path: string, shown: boolean): unknown {
    return path
        .split(".")
        .reduce<unknown>(
            (at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name],
            shown ? spec : args,
        );
}

const tables: Readonly<Record<Kind, readonly ChangeRow[]>> = {
    RedisDatabase: tableOf("RedisDatabase"),
    RedisReplica: tableOf("RedisReplica"),
};

/** All rows, with the arguments of both components. */
export const changeRows: readonly ChangeRow[] = tables.RedisDatabase.map((row, index) => {
    const ofReplica = tables.RedisReplica[index]?.arguments ?? [];
    const paths = row.arguments.map(({ path }) => path);
    return { ...row, arguments: [...row.arguments, ...ofReplica.filter(({ path }) => !paths.includes(path))] };
});

/** The changed arguments of a row. */
export function changedIn(row: ChangeRow, before: Described, after: Described): Compared[] {
    const nativeTls = versions[releaseOf(after.spec)].nativeTls;
    return row.arguments.filter(
        ({ value, haproxyAlone }) => (nativeTls || !haproxyAlone) && !isDeepStrictEqual(value(before), value(after)),
    );
}

/** The rows that apply between two descriptions of one database, in the table's order. */
export function changesBetween(before: Described, after: Described, kind: Kind = "RedisDatabase"): ChangeRow[] {
    return tables[kind].filter(
        (row) => changedIn(row, before, after).length > 0 && (row.when?.(before, after) ?? true),
    );
}

/** The findings of all refused changes. */
export function refusals(before: Described, after: Described, kind: Kind = "RedisDatabase"): Finding[] {
    return changesBetween(before, after, kind).flatMap(({ refusal }) => refusal?.(before, after) ?? []);
}

/** A changed default must not upgrade a database silently. A program that changes the engine asks for that engine's default. */
export function upgradesByDefault({ spec: before }: Described, { spec: after, defaultVersion }: Described): Finding[] {
    const sameEngine = before.engine === after.engine;
    if (!defaultVersion || !sameEngine || compareVersions(after.version, before.version) <= 0) return [];
    return [
        finding(
            changeProblems.defaultVersion,
            "version",
            `is not set, and its default is now "${after.version}", but this database runs ${nameOf(releaseOf(before))}`,
            `to keep it, set version: "${before.version}"; to upgrade, set version: "${after.version}": the server is ` +
                `replaced, its data is kept, clients reconnect once, and ${before.version} cannot read the data afterwards`,
        ),
    ];
}
