/** The server's memory, and what happens when data fills it. */
import { type ConfigValue, directivesOf } from "../catalog/directives";
import { type Release, nameOf, releaseOf, versionsOf } from "../catalog/versions";
import { type Finding, finding, problem } from "../findings";
import { checkClientLimits } from "../sizing/clients";
import { type MaxmemoryPolicy, maxmemoryPolicies, minMemoryMb } from "../sizing/memory";
import { type Given, type Rule, argument } from "./definition";
import { checkConfig } from "./directiveChecks";
import { boolean, choice, wholeNumber } from "./schemas";

export const memorySchema = wholeNumber("a whole number of MiB", minMemoryMb, 16 * 2 ** 20);

export const memoryArguments = {
    memoryMb: argument(memorySchema, {
        doc:
            "Memory limit of the server's container, at least 32. The container does not use swap. `maxmemory` is derived " +
            "from it. Part of the memory is reserved for the server itself and for client buffers. Of the rest, data gets " +
            "44 % with `aof` and `rdb`, since copy-on-write can double the memory in use during a dump, and 89 % with " +
            "`nordb`. With `replicas` it is less. The limits for clients are derived as well, unless `config` sets them: a " +
            'single value may have 1/32 of the memory, and all client buffers together 1/8. See the guide "Memory and disk".',
        default: 512,
        unit: "MiB",
        example: 1024,
        changes: [{ row: "memory" }],
    }),
    maxmemoryPolicy: argument(choice(maxmemoryPolicies), {
        doc:
            "What happens when data reaches `maxmemory`: a value of redis.conf's `maxmemory-policy`. Policies that end in " +
            "`-lfu` need version 4.0 or later. Those that end in `-lrm` need Redis 8.6 or later; Valkey does not support them.",
        default: "noeviction",
        defaultDoc: '"noeviction": writes fail, nothing is lost',
        example: "allkeys-lru",
        type: "MaxmemoryPolicy",
        changes: [{ row: "settings" }],
    }),
    evictToFit: argument(boolean, {
        doc:
            "Whether an update may lower `maxmemory` below the size of the data, so that Redis evicts keys according to " +
            "`maxmemoryPolicy`. If false, such an update fails with the minimum `memoryMb`.",
        default: false,
        example: true,
        changes: [{ row: "recorded" }],
    }),
};

export const memoryProblems = {
    policyUnknown: problem(
        "maxmemory-policy-unknown",
        "The version does not support the `maxmemoryPolicy`.",
        'give the policy that ends in "-lru", or a version that supports it: "-lfu" came with 4.0, "-lrm" with 8.6',
    ),
};

export const memoryRules: readonly Rule[] = [
    ({ values: { maxmemoryPolicy: policy }, wanted }: Given<{ maxmemoryPolicy?: MaxmemoryPolicy }>) => {
        if (!wanted || !policy || supportsPolicy(releaseOf(wanted), policy)) return [];
        const { engine } = wanted;
        const first = versionsOf(engine).find((version) => supportsPolicy(releaseOf({ engine, version }), policy));
        return [
            finding(
                memoryProblems.policyUnknown,
                "maxmemoryPolicy",
                `is "${policy}", which ${nameOf(releaseOf(wanted))} does not support`,
                `give "${policy.replace(/-(lfu|lrm)$/, "-lru")}"${first ? `, or version "${first}" or later` : ""}`,
            ),
        ];
    },
    clientLimitRule,
];

function supportsPolicy(release: Release, policy: MaxmemoryPolicy): boolean {
    return directivesOf(release)["maxmemory-policy"]?.values?.includes(policy) === true;
}

interface Limits {
    readonly memoryMb?: number;
    readonly config?: Readonly<Record<string, ConfigValue>>;
}

/** Skipped while an argument that it needs is invalid, which is its own finding, or unresolved. */
function clientLimitRule({ values, filled, args, wanted }: Given<Limits, Required<Limits>>): readonly Finding[] {
    const { config } = values;
    if (!wanted || !config || (args.memoryMb !== undefined && values.memoryMb === undefined)) return [];
    if (checkConfig(releaseOf(wanted), config).length > 0) return [];
    return checkClientLimits({ ...wanted, memoryMb: filled.memoryMb, config });
}
