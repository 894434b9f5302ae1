/** Comments on GitLab: gitlab.com, and own servers through CI_API_V4_URL. */
import type { CodeHost } from "./codeHost";
import { type Patience, patiently } from "./failures";
import type { PullRequest } from "./pullRequest";

interface Note {
    readonly id: number;
    readonly body: string;
    readonly author: { readonly id: number };
    /** Notes about events, such as a push, which nobody has written. */
    readonly system: boolean;
}

export async function gitLab(place: PullRequest, patience: Patience, signal?: AbortSignal): Promise<CodeHost> {
    // Only this verb needs it.
    const { Gitlab } = await import("@gitbeaker/rest");
    const { apiUrl, repository, number, token } = place;
    const host = apiUrl.replace(/\/api\/v4$/, "");
    const client = new Gitlab({ host, token, queryTimeout: patience.answerMs });
    const repeatable = <T>(request: () => Promise<T>) => patiently(request, patience, signal);
    const mergeRequest = await repeatable(() => client.MergeRequests.show(repository, number));
    const asComment = ({ id, body }: Note) => ({ id: String(id), body, url: `${mergeRequest.web_url}#note_${id}` });
    const update = async (id: string, body: string) => {
        await repeatable(() => client.MergeRequestNotes.edit(repository, number, Number(id), { body }));
    };

    return {
        async ownComments() {
            const user = await repeatable(() => client.Users.showCurrentUser());
            const all = await repeatable(() =>
                client.MergeRequestNotes.all(repository, number, { sort: "asc", orderBy: "created_at", perPage: 100 }),
            );
            return all.filter(({ author, system }) => author.id === user.id && !system).map(asComment);
        },
        async create(body) {
            return asComment(await client.MergeRequestNotes.create(repository, number, body));
        },
        update: ({ id }, body) => update(id, body),
        async hide(comments) {
            for (const { id, body } of comments) await update(id, folded(body));
        },
    };
}

/** GitLab cannot hide a comment. A folded one has lost the marker in its first line, so that it is not found again. */
function folded(body: string): string {
    return `<details><summary>Outdated review</summary>\n\n${body.replace(/^.*\n/, "")}\n\n</details>`;
}
