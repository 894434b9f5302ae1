/** The invisible first line by which the comment of an earlier run is found. */
import { createHash } from "node:crypto";
import type { Review } from "../../report";
import type { CodeHost } from "./hosts";

/** The same for each run over the same stacks of the same projects and folders, in any order. */
export function markerOf({ stacks }: Review): string {
    const names = stacks.map(({ project, stack, folder }) => JSON.stringify([project, stack, folder])).sort();
    return createHash("sha256").update(names.join("\n")).digest("hex").slice(0, 32);
}

/** The line with a marker. Its other characters cannot end the comment: `-` is encoded, too. */
export function markerLine(marker: string, { html }: Pick<CodeHost, "html">): string {
    const bytes = Buffer.from(marker).toString("latin1");
    const encoded = bytes.replace(/[^\w.]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
    const text = `redisdb-review: ${encoded}`;
    // Without HTML, a link definition that nothing uses is invisible.
    return html ? `<!-- ${text} -->` : `[//]: # (${text})`;
}
