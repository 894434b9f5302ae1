/** Writes the review as a comment on a pull request. The same comment is updated as long as the pull request is open. */
import { type Patience, commandErrorOf, patiently, usualPatience } from "./failures";
import { gitHub } from "./github";
import { gitLab } from "./gitlab";
import type { PullRequest } from "./pullRequest";

/** `update` edits the earlier comment, `new` always adds one, `hide-and-new` also marks earlier ones as outdated. */
export const commentModes = ["update", "new", "hide-and-new"] as const;

export type CommentMode = (typeof commentModes)[number];

export interface CommentRequest {
    /** Markdown. Its first line is the marker. */
    readonly body: string;
    /** By it, the earlier comments of the same review are found. */
    readonly marker: string;
    readonly mode: CommentMode;
    /** Write no new comment. An earlier one is updated nevertheless: what it says no longer applies. */
    readonly onlyUpdate: boolean;
}

/** What was done. */
export interface Published {
    /** `unchanged`: the same comment exists; `skipped`: there is none, and none was written. */
    readonly action: "created" | "updated" | "unchanged" | "skipped";
    /** Where a person reads the comment. Absent if there is none. */
    readonly url?: string;
}

export interface PublishOptions {
    readonly patience?: Patience;
    readonly signal?: AbortSignal;
}

/** @throws CommandError if the code host refuses or cannot be reached. It has no token in its text. */
export async function publishComment(
    request: CommentRequest,
    place: PullRequest,
    { patience = usualPatience, signal }: PublishOptions = {},
): Promise<Published> {
    const open = place.host === "github" ? gitHub : gitLab;
    try {
        const host = await open(place, patience, signal);
        const { body, marker, mode, onlyUpdate } = request;
        const earlier = (await host.ownComments()).filter((comment) => firstLine(comment.body) === marker);
        const latest = earlier.at(-1);
        if (latest && (mode !== "new" || onlyUpdate)) {
            const { url } = latest;
            if (isSame(latest.body, body)) return { action: "unchanged", url };
            if (mode === "update" || onlyUpdate) {
                await host.update(latest, body);
                return { action: "updated", url };
            }
        }
        if (onlyUpdate) return { action: "skipped" };
        const known = new Set(earlier.map(({ id }) => id));
        const { url } = await patiently(
            () => host.create(body),
            patience,
            signal,
            async () => (await host.ownComments()).find((each) => !known.has(each.id) && isSame(each.body, body)),
        );
        // In this order, the pull request has a valid comment at any time.
        if (mode === "hide-and-new" && earlier.length > 0) await host.hide(earlier);
        return { action: "created", url };
    } catch (error) {
        signal?.throwIfAborted();
        throw commandErrorOf(error, place);
    }
}

const firstLine = (body: string) => body.split(/\r?\n/, 1)[0];

/** Code hosts change line breaks and the white space at the end. */
function isSame(one: string, other: string): boolean {
    const normalized = (text: string) => text.replaceAll("\r\n", "\n").trimEnd();
    return normalized(one) === normalized(other);
}
