/** A replica and its primary: what is wrong with them together. */
import { type Engine, type Wanted, canUpgrade, nameOf, parseVersion, releaseOf, versions } from "../catalog/versions";
import { type Finding, finding } from "../findings";
import type { Given, Rule } from "./definition";
import { isThisHostAlone } from "./endpoints";
import { defaultEngine } from "./engine";
import { checkLength } from "./passwords";
import { type Role, replicationProblems } from "./replication";

interface Primary {
    readonly host: string;
    readonly engine?: Engine;
    readonly version?: string;
    readonly memoryMb?: number;
    readonly password?: string;
}

interface Values {
    readonly primary?: Primary;
    readonly memoryMb?: number;
    readonly promoted?: boolean;
}

/** A replica has its primary's version or a later one, as much memory, and finds its primary. */
export const followingRules: readonly Rule[] = [
    ({ values: { primary, memoryMb }, wanted, role }: Given<Values> & { role?: Role }) =>
        primary ? checkPrimary(primary, memoryMb, wanted, role) : [],
    // A member of a group has its primary from its database.
    ({ values: { promoted }, args, role }: Given<Values> & { role?: Role }) =>
        args.primary === undefined && !promoted && !role
            ? [finding(replicationProblems.primaryMissing, "primary", "is missing")]
            : [],
];

function checkPrimary(primary: Primary, memoryMb: number | undefined, wanted: Wanted | undefined, role?: Role) {
    const findings: Finding[] = [
        ...checkRelease(primary, wanted),
        ...checkLength("primary.password", primary.password, wanted),
    ];
    if (memoryMb !== undefined && primary.memoryMb !== undefined && memoryMb < primary.memoryMb) {
        findings.push(
            finding(
                replicationProblems.replicaTooSmall,
                "memoryMb",
                `is ${memoryMb}, but its primary has ${primary.memoryMb} and may hold more than fits here`,
                `give at least ${primary.memoryMb}, or leave it out`,
            ),
        );
    }
    if (!role?.nearby && !role?.leads && isThisHostAlone(primary.host)) {
        const text = `is "${primary.host}", which is another machine here than there`;
        findings.push(finding(replicationProblems.primaryOutOfReach, "primary.host", text));
    }
    return findings;
}

function checkRelease(primary: Primary, wanted: Wanted | undefined): Finding[] {
    if (!wanted || !primary.version) return [];
    const engine = primary.engine ?? defaultEngine;
    const followed = parseVersion(primary.version, engine);
    if (!followed) return [];
    const [from, to] = [releaseOf({ engine, version: followed.version }), releaseOf(wanted)];
    const path = wanted.engine === engine ? "version" : "engine";
    if (from !== to && !canUpgrade(from, to)) {
        const text = `is ${nameOf(to)}, which cannot read what its primary, ${nameOf(from)}, sends`;
        const remedy = "leave it out to have the primary's, or give a later version";
        return [finding(replicationProblems.replicaTooOld, path, text, remedy)];
    }
    if (versions[from].nativeTls === versions[to].nativeTls) return [];
    const text = `is ${nameOf(to)}, which follows over TLS by a user of its own, and its primary, ${nameOf(from)}, knows neither`;
    const remedy = "leave it out to have the primary's, or give the primary 6.0 or later, too";
    return [finding(replicationProblems.replicaFollowsOtherwise, path, text, remedy)];
}
