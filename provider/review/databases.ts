/** What a preview does to each database: its server, its data and its clients. */
import { engineLabels } from "../model/catalog/versions";
import { persistenceLabel } from "../model/catalog/flavors";
import { type Effect, effects } from "../model/changes/rows";
import type { Change } from "./change";
import { type Component, changes, child, deletes, renewsCertificate, replaces, rotatesPassword } from "./components";
import { locationKept } from "./databaseFindings";
import type { Operation, ReviewedDatabase } from "./report";

type Words = Pick<ReviewedDatabase, "operation" | "changes" | "explanation" | "server" | "data" | "clients">;

/** `undefined` if nothing happens to the database. */
export function wordsFor(component: Component, change: Change): Words | undefined {
    const { kind, name, own } = component;
    const title = `${kind} ${JSON.stringify(name)}`;
    if (own && deletes(own)) return deleted(component, change, title);
    if (own?.operation === "create") return created(change, title);
    const operation = operationOf(component, change);
    if (operation === "unchanged") return undefined;
    return changed(component, change, title, operation);
}

function created({ after }: Change, title: string): Words {
    const described = after
        ? `${engineLabels[after.spec.engine]} ${after.spec.version}, ${persistenceLabel(after.spec.flavor) ?? "append-only file"}, ${after.spec.memoryMb} MiB`
        : "with a version that is known only during the update";
    return {
        operation: "created",
        changes: [],
        explanation: `${title}: is created: ${described}.`,
        server: "created",
        data: after?.spec.data ? "existing data is adopted" : "empty",
        clients: "can connect after the update",
    };
}

function deleted(component: Component, change: Change, title: string): Words {
    const kept = locationKept(component, change);
    return {
        operation: "deleted",
        changes: [],
        explanation: `${title}: is deleted; ${kept === undefined ? "its data is lost" : `its data stays in ${kept}`}.`,
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
    const losesVolume = [child(component, "data")].some((step) => step && (replaces(step) || deletes(step)));
    const restarts = ["server", "settings"].some((suffix) => {
        const step = child(component, suffix);
        return step && replaces(step);
    });
    // Without a change of arguments, the agent applies what changes to the running server.
    const effect = restarts ? "replaced" : (explanation?.effect ?? (child(component, "agent") ? "live" : "recorded"));
    const rows = (explanation?.rows ?? []).filter((row) => row.effect === effect);
    const clients = rows.map((row) => row.clients ?? effects[effect].clients);
    return {
        operation,
        changes: [...(explanation?.causes ?? []), ...(explanation?.otherChanges ?? [])].map(plain),
        explanation: line ?? `${title}: ${without(component, change)}.`,
        server: plain(effects[effect].server),
        data: losesVolume ? "lost: the volume is replaced" : dataWords(effect, change),
        clients: plain([...new Set(clients)].join("; ") || effects[effect].clients),
    };
}

/** The words of the change table are for every flavor; these are for the flavor that the database has. */
function dataWords(effect: Effect, { explanation, after }: Change): string {
    const inMemory = after?.spec.flavor === "nordb";
    if (effect === "replaced") return inMemory ? "handed over in one dump" : "kept on its volume";
    const [special] = (explanation?.rows ?? []).filter(({ id, data }) => id !== "flavor" && data !== undefined);
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
