/** How much memory the server has, and what happens when data fills it. */
import { nameOf, releaseOf, versions } from "../catalog/versions";
import { finding, problem } from "../findings";
import { type MaxmemoryPolicy, maxmemoryPolicies, minMemoryMb } from "../sizing/memory";
import { type Given, type Rule, argument } from "./definition";
import { boolean, choice, wholeNumber } from "./schemas";

export const memorySchema = wholeNumber("a whole number of MiB", minMemoryMb, 16 * 2 ** 20);

export const memoryArguments = {
    memoryMb: argument(memorySchema, {
        doc:
            "Memory of the server's container, at least 32; swap is not used. `maxmemory` is derived from it: 44 % of what " +
            "is left beside the server itself for `aof` and `rdb`, which may need every page twice while they dump, and " +
            "75 % for `nordb`; less where there are `replicas`.",
        default: 512,
        unit: "MiB",
        example: 1024,
        changes: [{ row: "memory" }],
    }),
    maxmemoryPolicy: argument(choice(maxmemoryPolicies), {
        doc: "What happens when data reaches `maxmemory`, in redis.conf's words.",
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
        'give the policy\'s "-lru" form, or version "4.0" or later',
    ),
};

export const memoryRules: readonly Rule[] = [
    // The policies that count how often a key is used came with 4.0.
    ({ values: { maxmemoryPolicy: policy }, wanted }: Given<{ maxmemoryPolicy?: MaxmemoryPolicy }>) => {
        if (!wanted || !policy?.endsWith("-lfu") || versions[releaseOf(wanted)].lfuPolicies) return [];
        return [
            finding(
                memoryProblems.policyUnknown,
                "maxmemoryPolicy",
                `is "${policy}", which ${nameOf(releaseOf(wanted))} does not know`,
                `give "${policy.replace("-lfu", "-lru")}", or version "4.0" or later`,
            ),
        ];
    },
];
