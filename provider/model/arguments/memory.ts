/** How much memory the server has, and what happens when data fills it. */
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
            "Memory of the server's container, at least 32; swap is not used. `maxmemory` is derived from it: 44 % of what " +
            "is left beside the server itself and clients for `aof` and `rdb`, which may need every page twice while they " +
            "dump, and 89 % for `nordb`; less where there are `replicas`. So are the limits of clients, which `config` may " +
            'set otherwise: a value may take 1/32, and what clients send and receive 1/8. See "Memory" in the README.',
        default: 512,
        unit: "MiB",
        example: 1024,
        changes: [{ row: "memory" }],
    }),
    maxmemoryPolicy: argument(choice(maxmemoryPolicies), {
        doc:
            "What happens when data reaches `maxmemory`, in redis.conf's words. Those that end in `-lfu` came with 4.0, " +
            "those in `-lrm` with 8.6; Valkey has none of the latter.",
        default: "noeviction",
        defaultDoc: '"noeviction": writes fail, nothing is lost',
        example: "allkeys-lru",
        type: "MaxmemoryPolicy",
        changes: [{ row: "settings" }],
    }),
    evictToFit: argument(boolean, {
        doc:
            "Whether an update that makes `maxmemory` smaller than the data may have Redis evict keys, by " +
            "`maxmemoryPolicy`. If not, such an update is refused with the least `memoryMb`.",
        default: false,
        example: true,
        changes: [{ row: "recorded" }],
    }),
};

export const memoryProblems = {
    policyUnknown: problem(
        "maxmemory-policy-unknown",
        "The version does not know the `maxmemoryPolicy`.",
        'give the policy\'s "-lru" form, or a version that knows it: "-lfu" came with 4.0, "-lrm" with 8.6',
    ),
};

export const memoryRules: readonly Rule[] = [
    ({ values: { maxmemoryPolicy: policy }, wanted }: Given<{ maxmemoryPolicy?: MaxmemoryPolicy }>) => {
        if (!wanted || !policy || knowsPolicy(releaseOf(wanted), policy)) return [];
        const { engine } = wanted;
        const first = versionsOf(engine).find((version) => knowsPolicy(releaseOf({ engine, version }), policy));
        return [
            finding(
                memoryProblems.policyUnknown,
                "maxmemoryPolicy",
                `is "${policy}", which ${nameOf(releaseOf(wanted))} does not know`,
                `give "${policy.replace(/-(lfu|lrm)$/, "-lru")}"${first ? `, or version "${first}" or later` : ""}`,
            ),
        ];
    },
    clientLimitRule,
];

function knowsPolicy(release: Release, policy: MaxmemoryPolicy): boolean {
    return directivesOf(release)["maxmemory-policy"]?.values?.includes(policy) === true;
}

interface Limits {
    readonly memoryMb?: number;
    readonly config?: Readonly<Record<string, ConfigValue>>;
}

/** What is wrong or unresolved by itself has its own finding or its own time. */
function clientLimitRule({ values, filled, args, wanted }: Given<Limits, Required<Limits>>): readonly Finding[] {
    const { config } = values;
    if (!wanted || !config || (args.memoryMb !== undefined && values.memoryMb === undefined)) return [];
    if (checkConfig(releaseOf(wanted), config).length > 0) return [];
    return checkClientLimits({ ...wanted, memoryMb: filled.memoryMb, config });
}
