/** Additional directives of redis.conf. */
import { z } from "zod";
import { type ConfigValue, bytesOf, startupOnly, textOf } from "../catalog/directives";
import {
    type Engine,
    type Flavor,
    type Version,
    engineNames,
    releaseNames,
    releaseOf,
    versions,
} from "../catalog/versions";
import { changeOf, listed } from "../changes/words";
import type { Finding } from "../findings";
import { type Given, type Rule, argument } from "./definition";
import { checkConfig } from "./directiveChecks";
import { leastMemoryMb, maxmemoryOf } from "../sizing/memory";
import { defaultEngine } from "./engine";
import { replicaNames } from "./replicaList";
import { holdsUnresolved } from "./partial";

type Config = Readonly<Record<string, ConfigValue>>;
type Configured = { spec: { engine: Engine; version: Version; config: Config } };

const configWhere = ({ spec }: Configured, startup: boolean) => {
    const atStart = startupOnly(releaseOf(spec), spec.config);
    return Object.fromEntries(Object.entries(spec.config).filter(([name]) => atStart.includes(name) === startup));
};

/** The directives that changed, of those that take effect at a start or at run time. Values that may be secret are hidden. */
const directiveWords = (startup: boolean) => (before: Configured, after: Configured, shown: boolean) => {
    const [old, now] = [before.spec.config, after.spec.config];
    const names = Object.keys({ ...configWhere(before, startup), ...configWhere(after, startup) });
    const changed = names.filter((name) => old[name] !== now[name]);
    const words = changed.map((name) =>
        changeOf(`config.${name}`, old[name], now[name], shown && !mayBeSecret(name), "unset"),
    );
    return words.length === 0 ? [] : [listed(words, "more in config")];
};

/** Whether a directive's value may contain a password. */
const mayBeSecret = (directive: string) => /pass|auth/.test(directive);

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) => (one < other ? -1 : 1);

export const configArguments = {
    config: argument(
        z
            .record(
                z.string(),
                z.union([z.string(), z.number(), z.boolean()], {
                    error: "give a string, a number or a boolean, such as 300",
                }),
                { error: 'give an object such as { "timeout": 300 }' },
            )
            // Directives arrive from other languages in any order, which must make no difference to redis.conf.
            .overwrite((config) => Object.fromEntries(Object.entries(config).sort(byName))),
        {
            doc:
                "Additional directives of redis.conf. Names and values are validated against the directives of a real server " +
                "of the version. A directive that the component manages is an error, which names the argument to use instead.",
            default: {},
            defaultDoc: "none",
            example: { timeout: 300 },
            secretKey: mayBeSecret,
            type: "Record<string, ConfigValue>",
            changes: [
                {
                    row: "settings",
                    label: "directives in `config` that can change at run time",
                    value: (database: Configured) => configWhere(database, false),
                    words: directiveWords(false),
                },
                {
                    row: "startup",
                    label: "directives in `config` that need a restart",
                    value: (database: Configured) => configWhere(database, true),
                    words: directiveWords(true),
                },
            ],
        },
    ),
};

/** While the version is invalid or unresolved, only problems that every version has are reported. */
function configRule({ values, partial, filled, args, wanted }: Given<Values, Filled>) {
    const { engine } = values;
    const config = Object.fromEntries(Object.entries(partial.config ?? {}).filter((entry) => !holdsUnresolved(entry)));
    if (wanted) {
        const found = checkConfig(releaseOf(wanted), config);
        const sized = { ...filled, ...wanted, flavor: wanted.flavor ?? filled.flavor, followers: followersOf(values) };
        return found.map((each) =>
            each.path === 'config["maxmemory"]' ? withMemory(each, config.maxmemory, sized) : each,
        );
    }
    const engines = args.engine === undefined ? [defaultEngine] : engine ? [engine] : engineNames;
    const everywhere = releaseNames
        .filter((release) => engines.includes(versions[release].engine))
        .map((each) => checkConfig(each, config));
    const newest: readonly Finding[] = everywhere.at(-1) ?? [];
    return newest.filter(({ path }) => everywhere.every((findings) => findings.some((f) => f.path === path)));
}

interface Values {
    readonly config?: Config;
    readonly engine?: Engine;
    readonly replicas?: unknown;
    readonly replicationAccess?: readonly string[];
}

interface Filled {
    readonly flavor: Flavor;
    readonly memoryMb: number;
    readonly config: Config;
}

const followersOf = ({ replicas, replicationAccess = [] }: Values) => [...replicaNames(replicas), ...replicationAccess];

/** Replaces the remedy with the `memoryMb` that results in the `maxmemory` of the program. */
function withMemory(found: Finding, maxmemory: ConfigValue = "", sized: Parameters<typeof leastMemoryMb>[1]): Finding {
    const [mb, has] = [Math.ceil(bytesOf(textOf(maxmemory)) / 2 ** 20), maxmemoryOf(sized)];
    if (!(mb > 0)) return found;
    const remedy =
        mb <= has
            ? `leave it out: memoryMb ${sized.memoryMb} leaves ${has} MiB for data`
            : `set memoryMb: ${leastMemoryMb(mb, sized)}, which leaves ${mb} MiB for data; maxmemory is derived from it`;
    return { ...found, remedy };
}

export const configRules: readonly Rule[] = [configRule];
