/**
 * Upgrades of databases with replicas. A replica of a later version can follow a database of an earlier one, but not the
 * opposite. One update would replace the database's server first, so an upgrade takes two: the first upgrades the
 * replicas that follow, the second the server that accepts the writes.
 */
import type { PlainArguments } from "../model/arguments/definition";
import { listReplicas } from "../model/arguments/replicaList";
import { type Release, canUpgrade, parseVersion, releaseOf, versions } from "../model/catalog/versions";
import { type DatabaseSpec, type StoredSpecification, inheritsVersion } from "./specification";
import type { DatabaseInfo } from "./state/databases";

/** The updates that lead from one specification to another. */
export interface PlannedUpdates {
    /** Upgrades the replicas. Absent if one update is enough. */
    readonly first?: StoredSpecification;
    readonly last: StoredSpecification;
    /** What a person has to know about their order. */
    readonly note?: string;
}

/**
 * Plans the updates. `running` is what the last completed update has left. One update is planned after a switchover, since
 * a replica cannot have an earlier version than its database; and from a version before 6.0 to a later one, since the
 * replicas would follow over TLS with their own users, which the database does not offer yet.
 */
export function planUpdates(
    before: StoredSpecification,
    requested: StoredSpecification,
    running: Pick<DatabaseInfo, "engine" | "version">,
): PlannedUpdates {
    const { replicasUpgraded: done, ...last } = requested;
    const from = running.version && releaseOf({ engine: running.engine ?? "redis", version: running.version });
    const to = releaseIn(last.args) ?? from;
    // The replicas keep their version until the database has it, too.
    if (done && to && isLater(releaseOf(done), to)) return { last: requested };
    if (!from || !to || !isLater(to, from) || versions[from].nativeTls !== versions[to].nativeTls) return { last };
    const following = listReplicas(last.args.replicas).filter(inheritsVersion).map(nameOf);
    const existing = listReplicas(before.args.replicas).map(nameOf);
    const replicas = following.filter((name) => existing.includes(name));
    if (replicas.length === 0) return { last };
    const { primary } = last.args;
    if (primary !== undefined) {
        const note = `"${primary}" accepts the writes, so it is upgraded before the servers that follow it; to upgrade those first, switch back to "${last.name}" before the upgrade`;
        return { last, note };
    }
    // An interrupted upgrade has upgraded them already, and perhaps even the database, which cannot go back.
    if (done && releaseOf(done) === to && replicas.every((name) => done.replicas.includes(name))) return { last };
    const { engine, version } = versions[to];
    return {
        first: { ...before, replicasUpgraded: { engine, version, replicas } },
        last,
        note: `a first update upgrades the replicas (${replicas.join(", ")}); a second one upgrades the database itself`,
    };
}

function releaseIn({ engine = "redis", version = "" }: DatabaseSpec): Release | undefined {
    const parsed = parseVersion(version, engine);
    return parsed && releaseOf({ engine, version: parsed.version });
}

const nameOf = ({ name }: PlainArguments) => String(name);

const isLater = (release: Release, than: Release) => release !== than && canUpgrade(than, release);
