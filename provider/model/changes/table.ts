/** The change table: the rows with the arguments that name them, and which of them apply to a change. */
import { isDeepStrictEqual } from "node:util";
import type { Definition, Kind } from "../arguments/definition";
import { databaseArguments, definitions, holdsSecret, replicaArguments } from "../arguments/index";
import { compareVersions, nameOf, releaseOf, versions } from "../catalog/versions";
import { type Finding, finding } from "../findings";
import type { Described } from "./describe";
import { changeProblems } from "./problems";
import { type Row, type RowId, rows } from "./rows";

/** An argument in a row. */
export interface Compared {
    readonly path: string;
    /** How docs/changes.md names it; empty where another one's name says it. */
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

/** What the compiler holds the definitions to: rows that exist, and values of what a description has. */
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
        // A value that an entry works out is no secret, whatever else stands in the argument.
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
            ...(row.own ? [{ ...releaseItself, ...row.own }] : []),
        ],
    }));
}

/** How a value that is no argument stands in a row, unless the row says something else. */
const releaseItself = { path: "release", shown: false, words: () => ["release of this package"] };

/** What stands at a path: in the specification, or for a secret in the arguments. */
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
    const others = tables.RedisReplica[index]?.arguments ?? [];
    const known = row.arguments.map(({ path }) => path);
    return { ...row, arguments: [...row.arguments, ...others.filter(({ path }) => !known.includes(path))] };
});

/** The arguments of a row that were changed. */
export function changedIn(row: ChangeRow, before: Described, after: Described): Compared[] {
    const ofServer = versions[releaseOf(after.spec)].nativeTls;
    return row.arguments.filter(
        ({ value, haproxyAlone }) => (ofServer || !haproxyAlone) && !isDeepStrictEqual(value(before), value(after)),
    );
}

/** The rows that apply between two descriptions of one database, in the table's order. */
export function changesBetween(before: Described, after: Described, kind: Kind = "RedisDatabase"): ChangeRow[] {
    return tables[kind].filter(
        (row) => changedIn(row, before, after).length > 0 && (row.when?.(before, after) ?? true),
    );
}

/** All that is refused among the changes. */
export function refusals(before: Described, after: Described, kind: Kind = "RedisDatabase"): Finding[] {
    return changesBetween(before, after, kind).flatMap(({ refusal }) => refusal?.(before, after) ?? []);
}

/** A later default, where the program names no version. Whoever asks for another engine asks for its default, too. */
export function upgradesByDefault({ spec: before }: Described, { spec: after, defaultVersion }: Described): Finding[] {
    const sameEngine = before.engine === after.engine;
    if (!defaultVersion || !sameEngine || compareVersions(after.version, before.version) <= 0) return [];
    return [
        finding(
            changeProblems.defaultVersion,
            "version",
            `is not given, and its default is now "${after.version}", but this one has ${nameOf(releaseOf(before))}`,
            `to keep that, give version: "${before.version}"; to upgrade, give version: "${after.version}": the server is ` +
                `replaced, its data is kept, clients reconnect once, and ${before.version} cannot read the data afterwards`,
        ),
    ];
}
