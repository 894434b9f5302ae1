/** Comments on GitHub: github.com, and GitHub Enterprise through GITHUB_API_URL. */
import type { CodeHost, OwnComment } from "./codeHost";
import { type Patience, patiently } from "./failures";
import type { PullRequest } from "./pullRequest";

interface RestComment {
    readonly node_id: string;
    readonly id: number;
    readonly body?: string;
    readonly html_url: string;
    readonly user: { readonly login: string } | null;
}

/** GitHub's name of a comment in GraphQL, for `hide`. */
interface GitHubComment extends OwnComment {
    readonly nodeId: string;
}

export async function gitHub(place: PullRequest, patience: Patience, signal?: AbortSignal): Promise<CodeHost> {
    // Both are ES modules, and only this verb needs them.
    const [{ Octokit }, { paginateRest }] = await Promise.all([
        import("@octokit/core"),
        import("@octokit/plugin-paginate-rest"),
    ]);
    const { apiUrl, token, number } = place;
    const [owner = "", repo = ""] = place.repository.split("/");
    const client = new (Octokit.plugin(paginateRest))({
        auth: token,
        baseUrl: apiUrl,
        // Octokit logs deprecations to the console, but the command's output must stay its own.
        log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
        request: {
            fetch: (url: string, init: RequestInit) => {
                const limits = [AbortSignal.timeout(patience.answerMs), ...(signal ? [signal] : [])];
                return fetch(url, { ...init, signal: AbortSignal.any(limits) });
            },
        },
    });
    const repeatable = <T>(request: () => Promise<T>) => patiently(request, patience, signal);
    const asComment = ({ id, node_id, body = "", html_url }: RestComment): GitHubComment => ({
        id: String(id),
        nodeId: node_id,
        body,
        url: html_url,
    });

    return {
        async ownComments() {
            // The REST API refuses to say who the token of a job is.
            const { viewer } = await repeatable(() =>
                client.graphql<{ viewer: { login: string } }>("query { viewer { login } }"),
            );
            const all = await repeatable(() =>
                client.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
                    owner,
                    repo,
                    issue_number: number,
                    per_page: 100,
                }),
            );
            return (all as readonly RestComment[]).filter(({ user }) => user?.login === viewer.login).map(asComment);
        },
        async create(body) {
            const path = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
            const { data } = await client.request(path, { owner, repo, issue_number: number, body });
            return asComment(data as RestComment);
        },
        async update({ id }, body) {
            const path = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
            await repeatable(() => client.request(path, { owner, repo, comment_id: Number(id), body }));
        },
        async hide(comments) {
            // GitHub accepts 100 in one query. Older ones were hidden by earlier reviews.
            const ids = comments.slice(-100).map((comment) => (comment as GitHubComment).nodeId);
            const { nodes } = await repeatable(() =>
                client.graphql<{ nodes: readonly Minimizable[] }>(areHidden, { ids }),
            );
            for (const id of ids) {
                if (nodes.some((each) => each?.id === id && each.isMinimized)) continue;
                await repeatable(() => client.graphql(hideOne, { id }));
            }
        },
    };
}

/** Null for a comment that was deleted in the meantime. */
type Minimizable = { readonly id: string; readonly isMinimized: boolean } | null;

const areHidden = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id isMinimized } } }";

const hideOne =
    "mutation($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { clientMutationId } }";

const ignore = () => undefined;
