/** All rules of the PR check. Each has a stable code and a documentation page. */
import type { LossCode } from "../../model/changes/consequences";
import { dataLossRules } from "./dataLoss";
import { downtimeRules } from "./downtime";
import { otherRules } from "./other";
import type { Rule, RuleText } from "./rule";
import { securityRules } from "./security";

export type { Rule } from "./rule";

type Groups = typeof dataLossRules & typeof securityRules & typeof downtimeRules & typeof otherRules;

export type RuleName = keyof Groups;

/** The rules by the last part of their code. Throws if two have the same code. */
export function register(...groups: readonly Readonly<Record<string, RuleText>>[]): ReadonlyMap<string, Rule> {
    const all = new Map<string, Rule>();
    for (const [name, text] of groups.flatMap((group) => Object.entries(group))) {
        if (all.has(name)) throw new Error(`two rules have the code redis-database/${name}`);
        all.set(name, { code: `redis-database/${name}`, ...text });
    }
    return all;
}

const registered = register(dataLossRules, securityRules, downtimeRules, otherRules);

/** In the order of the documentation: the most serious first. */
export const rules: readonly Rule[] = [...registered.values()];

/** The rule with this code, which may be without `redis-database/`; undefined if there is none. */
export function findRule(code: string): Rule | undefined {
    return registered.get(code.replace(/^redis-database\//, ""));
}

/** Every loss of the change table has a rule: the compiler checks it. */
export function ruleOf(name: RuleName | LossCode): Rule {
    const found = registered.get(name satisfies RuleName);
    if (!found) throw new Error(`there is no rule ${name}`);
    return found;
}
