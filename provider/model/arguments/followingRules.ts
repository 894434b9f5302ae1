/** Rules between a replica and its primary. */
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

/** A replica needs its primary's version or a later one, at least its memory, and an address that it can reach. */
export const followingRules: readonly Rule[] = [
    ({ values: { primary, memoryMb }, wanted, role }: Given<Values> & { role?: Role }) =>
        primary ? checkPrimary(primary, memoryMb, wanted, role) : [],
    // A database sets `primary` for its own replicas.
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
                `is ${memoryMb}, but its primary has ${primary.memoryMb}, so its data may not fit`,
                `give at least ${primary.memoryMb}, or leave it out`,
            ),
        );
    }
    if (!role?.nearby && !role?.leads && isThisHostAlone(primary.host)) {
        const text = `is "${primary.host}", which other machines cannot reach`;
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
        const text = `is ${nameOf(to)}, which cannot read the data format of its primary, ${nameOf(from)}`;
        const remedy = "leave it out to use the primary's, or give a later version";
        return [finding(replicationProblems.replicaTooOld, path, text, remedy)];
    }
    if (versions[from].nativeTls === versions[to].nativeTls) return [];
    const text = `is ${nameOf(to)}, which follows over TLS with its own user, but its primary, ${nameOf(from)}, supports neither`;
    const remedy = "leave it out to use the primary's, or upgrade the primary to 6.0 or later as well";
    return [finding(replicationProblems.replicaFollowsOtherwise, path, text, remedy)];
}
