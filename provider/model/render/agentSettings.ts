/** The agent's settings besides the files that Redis reads: lines of name=value, for a shell to read. */
import type { Expiry } from "../certificates";
import type { DatabaseSpec } from "../databaseSpec";
import { diskSizeMb, neededDiskMb, nextDumpPercent } from "../sizing/disk";
import { clientLimits } from "../sizing/clients";
import { backlogMb, maxmemoryOf, memoryForData } from "../sizing/memory";
import { releaseOf, versions } from "../catalog/versions";
import { ownedLive } from "../arguments/directiveChecks";
import { agentRules, healthRules, rulesSince } from "./acl";

export interface Identity {
    /** What people call the database, unlike any other: project, stack and name. */
    readonly owner: string;
    /** Differs between server containers that replace one another. */
    readonly server: string;
}

export function agentSettings(
    spec: DatabaseSpec,
    { owner, server }: Identity,
    expiries: readonly Expiry[] = [],
): string {
    const { valueMb, allMb } = clientLimits(spec);
    const { permille, besideMb } = memoryForData(spec);
    const [expiry] = [...expiries].sort((one, other) => one.reportedFrom - other.reportedFrom);
    const settings = {
        owner,
        server,
        version: spec.version,
        flavor: spec.flavor,
        place: spec.data?.volume ?? spec.data?.hostPath ?? "the data volume",
        files: spec.data?.files ?? "",
        grace_seconds: Math.round(spec.passwordGraceHours * 3600),
        memory_mb: spec.memoryMb,
        maxmemory_mb: maxmemoryOf(spec),
        backlog_mb: spec.followers.length > 0 ? backlogMb(spec.memoryMb) : 0,
        data_permille: permille,
        beside_data_mb: besideMb,
        value_mb: valueMb,
        clients_mb: valueMb + allMb,
        disk_size_gb: spec.diskSizeGb ?? "",
        disk_mb: spec.diskSizeGb === undefined ? "" : diskSizeMb(spec.diskSizeGb),
        disk_needed_mb: spec.diskSizeGb === undefined ? "" : neededDiskMb(spec),
        next_dump_percent: nextDumpPercent(spec),
        primary: primaryOf(spec),
        importing: spec.importing ? "yes" : "no",
        owned: ownedLive(releaseOf(spec)).join(" "),
        agent_rules: agentRules(releaseOf(spec)),
        health_rules: healthRules,
        rules_since: rulesSince(releaseOf(spec)),
        // In seconds, as a shell has them.
        certificate_report_from: expiry ? Math.ceil(expiry.reportedFrom / 1000) : "",
        certificate_report: expiry?.text ?? "",
        evicts: spec.evictToFit && spec.maxmemoryPolicy !== "noeviction" ? "yes" : "no",
    };
    return Object.entries(settings)
        .map(([name, value]) => `${name}=${onOneLine(String(value))}\n`)
        .join("");
}

/** A line break in a name or a path would begin another setting. */
function onOneLine(text: string): string {
    return text.replace(/\p{Cc}/gu, encodeURIComponent);
}

/** Where the agent finds its primary: on the same Docker host, or at an address; before 6.0 through its tunnel, wherever that leads. */
function primaryOf(spec: DatabaseSpec): string {
    const primary = spec.replica?.primary;
    if (!primary) return "";
    if (!versions[releaseOf(spec)].nativeTls) return "tunnel";
    return primary.nearby ? "nearby" : `${primary.host} ${primary.port}`;
}
