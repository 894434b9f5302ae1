/** The agent's settings that are not in the files for Redis: lines of name=value, for a shell to read. */
import type { Expiry } from "../certificates";
import type { DatabaseSpec } from "../databaseSpec";
import { diskSizeMb, neededDiskMb, nextDumpPercent } from "../sizing/disk";
import { clientLimits } from "../sizing/clients";
import { backlogMb, isReplicated, maxmemoryOf, memoryForData } from "../sizing/memory";
import { releaseOf, versions } from "../catalog/versions";
import { ownedLive } from "../arguments/directiveChecks";
import { settingLines } from "./settingLines";
import { agentRules, backupRules, healthRules, rulesSince } from "./acl";

export interface Identity {
    /** The database's unique, readable name: project, stack and name. */
    readonly owner: string;
    /** A fingerprint of the server's container, which changes if the container is replaced. */
    readonly server: string;
}

export function agentSettings(
    spec: DatabaseSpec,
    { owner, server }: Identity,
    expiries: readonly Expiry[] = [],
): string {
    const { valueMb, allMb } = clientLimits(spec);
    const { permille, overheadMb } = memoryForData(spec);
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
        backlog_mb: isReplicated(spec) ? backlogMb(spec.memoryMb) : 0,
        data_permille: permille,
        beside_data_mb: overheadMb,
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
        // Empty without backups.
        backup_rules: spec.backup ? backupRules : "",
        rules_since: rulesSince(releaseOf(spec)),
        // In seconds, because a shell has no milliseconds.
        certificate_report_from: expiry ? Math.ceil(expiry.reportedFrom / 1000) : "",
        certificate_report: expiry?.text ?? "",
        evicts: spec.evictToFit && spec.maxmemoryPolicy !== "noeviction" ? "yes" : "no",
    };
    return settingLines(settings);
}

/** How the agent reaches the primary: on the same Docker host, at an address, or before 6.0 always through the tunnel. */
function primaryOf(spec: DatabaseSpec): string {
    const primary = spec.replica?.primary;
    if (!primary) return "";
    if (!versions[releaseOf(spec)].nativeTls) return "tunnel";
    return primary.nearby ? "nearby" : `${primary.host} ${primary.port}`;
}
