/** Further directives of redis.conf. */
import { z } from "zod";
import { type ConfigValue, startupOnly } from "../catalog/directives";
import { type Engine, type Version, engineNames, releaseNames, releaseOf, versions } from "../catalog/versions";
import type { Finding } from "../findings";
import { type Given, type Rule, argument } from "./definition";
import { checkConfig } from "./directiveChecks";
import { defaultEngine } from "./engine";
import { holdsUnresolved } from "./partial";

type Config = Readonly<Record<string, ConfigValue>>;
type Configured = { spec: { engine: Engine; version: Version; config: Config } };

const configWhere = ({ spec }: Configured, startup: boolean) => {
    const atStart = startupOnly(releaseOf(spec), spec.config);
    return Object.fromEntries(Object.entries(spec.config).filter(([name]) => atStart.includes(name) === startup));
};

export const configArguments = {
    config: argument(
        z.record(
            z.string(),
            z.union([z.string(), z.number(), z.boolean()], { error: "give text, a number or a boolean" }),
            { error: 'give an object such as { "timeout": 300 }' },
        ),
        {
            doc:
                "Further directives of redis.conf. Each is checked against what a real server of this version knows; those " +
                "that the component sets itself are errors that name the argument to use.",
            default: {},
            defaultDoc: "none",
            example: { timeout: 300 },
            // A password may stand among them.
            secretKey: (directive: string) => /pass|auth/.test(directive),
            type: "Record<string, ConfigValue>",
            changes: [
                {
                    row: "settings",
                    label: "directives in `config` that Redis takes live",
                    value: (database: Configured) => configWhere(database, false),
                },
                {
                    row: "startup",
                    label: "directives in `config` that only a start can take",
                    value: (database: Configured) => configWhere(database, true),
                },
            ],
        },
    ),
};

/** While the version is wrong or unresolved, only what is wrong for every version can be found. */
function configRule({ partial, values: { engine }, args, wanted }: Given<{ config?: Config; engine?: Engine }>) {
    const config = Object.fromEntries(Object.entries(partial.config ?? {}).filter((entry) => !holdsUnresolved(entry)));
    if (wanted) return checkConfig(releaseOf(wanted), config);
    const engines = args.engine === undefined ? [defaultEngine] : engine ? [engine] : engineNames;
    const everywhere = releaseNames
        .filter((release) => engines.includes(versions[release].engine))
        .map((each) => checkConfig(each, config));
    const newest: readonly Finding[] = everywhere.at(-1) ?? [];
    return newest.filter(({ path }) => everywhere.every((findings) => findings.some((f) => f.path === path)));
}

export const configRules: readonly Rule[] = [configRule];
