/** What a preview does to each database: its server, its data and its clients. */
import { engineLabels } from "../model/catalog/versions";
import { persistenceLabel } from "../model/catalog/flavors";
import { leavesLess } from "../model/changes/consequences";
import { type Effect, effects } from "../model/changes/rows";
import type { Change } from "./change";
import { type Component, child, renewsCertificate, rotatesPassword } from "./components";
import { isFollower, locationKept } from "./databaseFindings";
import { titleOf } from "./finding";
import { changes, deletes, replaces } from "./operations";
import type { Operation, ReviewedDatabase } from "./report";

type Words = Pick<ReviewedDatabase, "operation" | "changes" | "explanation" | "server" | "data" | "clients">;

/** `undefined` if nothing happens to the database. */
export function wordsFor(component: Component, change: Change): Words | undefined {
    const { kind, name, own } = component;
    const title = titleOf(kind, name);
    if (own && deletes(own)) return deleted(component, change, title);
    if (own?.operation === "create") return created(kind, change, title);
    const operation = operationOf(component, change);
    if (operation === "unchanged") return undefined;
    return changed(component, change, title, operation);
}

function created(kind: Component["kind"], { after }: Change, title: string): Words {
    // A replica takes most of its arguments from its primary, which the preview does not show with it.
    const described =
        kind === "RedisReplica"
            ? "a replica"
            : after
              ? `${engineLabels[after.spec.engine]} ${after.spec.version}, ${persistenceLabel(after.spec.flavor) ?? "append-only file"}, ${after.spec.memoryMb} MiB`
              : "with a version that is known only during the update";
    return {
        operation: "created",
        changes: [described],
        explanation: `${title}: is created: ${described}.`,
        server: "created",
        data: after?.spec.data ? "existing data is adopted" : "empty",
        clients: "can connect after the update",
    };
}

function deleted(component: Component, change: Change, title: string): Words {
    const kept = locationKept(component, change);
    const consequence = isFollower(component, change)
        ? "with its copy of the data"
        : kept === undefined
          ? "its data is lost"
          : `its data stays in ${kept}`;
    return {
        operation: "deleted",
        changes: [consequence],
        explanation: `${title}: is deleted; ${consequence}.`,
        server: "deleted",
        data: kept === undefined ? "deleted" : `stays in ${kept}`,
        clients: "can no longer connect",
    };
}

function operationOf({ own, children, record }: Component, { explanation, line }: Change): Operation {
    if (own && replaces(own)) return "replaced";
    if (own && own.oldUrn !== own.urn) return "renamed";
    const touched = [own, record, ...children].some((step) => step !== undefined && changes(step));
    return explanation || line !== undefined || touched ? "changed" : "unchanged";
}

function changed(component: Component, change: Change, title: string, operation: Operation): Words {
    const { explanation, line } = change;
    const words = [...(explanation?.causes ?? []), ...(explanation?.otherChanges ?? [])].map(plain);
    const volume = child(component, "data");
    const losesVolume = volume !== undefined && (replaces(volume) || deletes(volume));
    const restarts = [child(component, "server"), child(component, "settings")].some((step) => step && replaces(step));
    // Without a change of arguments, the agent applies what changes to the running server.
    const refused = explanation?.effect === "refused";
    const effect =
        restarts && !refused ? "replaced" : (explanation?.effect ?? (child(component, "agent") ? "live" : "recorded"));
    const rows = (explanation?.rows ?? []).filter((row) => row.effect === effect);
    const clients = rows.map((row) => row.clients ?? effects[effect].clients);
    return {
        operation,
        changes: words.length > 0 ? words : [without(component, change)],
        explanation: line ?? `${title}: ${without(component, change)}.`,
        server: plain(effects[effect].server),
        data: losesVolume ? "lost: the volume is replaced" : dataWords(effect, change),
        clients: plain([...new Set(clients)].join("; ") || effects[effect].clients),
    };
}

/** The words of the change table are for every flavor; these are for the flavor that the database has. */
function dataWords(effect: Effect, { explanation, before, after }: Change): string {
    if (effect === "refused") return "kept";
    const inMemory = after?.spec.flavor === "nordb";
    if (effect === "replaced") return inMemory ? "handed over in one dump" : "kept on its volume";
    const fits = !before || !after || !leavesLess(before, after);
    const special = (explanation?.rows ?? []).find(
        ({ id, data }) => data !== undefined && id !== "flavor" && !(id === "memory" && fits),
    );
    if (special?.data !== undefined) return plain(special.data);
    return inMemory ? "kept, in memory only" : "kept";
}

/** What happens to a database whose arguments stay the same. */
function without(component: Component, { secretChanged }: Change): string {
    if (secretChanged) return "a secret argument changes; the preview hides its value";
    if (rotatesPassword(component)) return "its password is rotated as scheduled";
    if (renewsCertificate(component)) return "its certificate is renewed automatically";
    const changed = component.children.filter(changes).length;
    return `its arguments stay the same; ${changed === 1 ? "one of its resources changes" : `${changed} of its resources change`}`;
}

/** The change table is written in Markdown. */
const plain = (text: string) => text.replaceAll("`", "");
