/** An HTTP server that answers as the APIs of GitHub and GitLab do, as far as comments need them. */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface StoredComment {
    readonly id: number;
    readonly author: string;
    body: string;
    isHidden: boolean;
}

/** What a request gets in place of its answer. */
export interface Fault {
    /** Such as `POST comments`: the method, and a part of the path. */
    readonly request: string;
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly message?: string;
    /** Whether the server did what was requested, although it says otherwise. */
    readonly isDone?: boolean;
    /** How often. The default is once. */
    readonly times?: number;
}

interface Answer {
    readonly status: number;
    readonly body: unknown;
    readonly headers?: Readonly<Record<string, string>>;
}

const notFound: Answer = { status: 404, body: { message: "Not Found" } };

export class CodeHostServer {
    /** The user of the token. */
    static readonly user = "github-actions[bot]";
    static readonly token = "t0ken-of-the-job";
    static readonly repository = "shop/infrastructure";
    static readonly number = 7;

    readonly comments: StoredComment[] = [];
    /** Such as `GET /repos/shop/infrastructure/issues/7/comments?page=2`. */
    readonly requests: string[] = [];
    /** How many comments a page has, whatever the client asks for. */
    pageSize = 25;
    /** The time before each answer, in milliseconds. */
    delayMs = 0;
    private faults: Fault[] = [];
    private readonly server = createServer((request, response) => {
        void this.serve(request, response);
    });

    async listen(): Promise<void> {
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    async close(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    reset(): void {
        this.comments.length = 0;
        this.requests.length = 0;
        this.faults = [];
        this.pageSize = 25;
        this.delayMs = 0;
    }

    fail(fault: Fault): void {
        this.faults.push(...Array<Fault>(fault.times ?? 1).fill(fault));
    }

    add(author: string, body: string): StoredComment {
        const comment = { id: 1000 + this.comments.length, author, body, isHidden: false };
        this.comments.push(comment);
        return comment;
    }

    /** The requests that change something. */
    get changes(): string[] {
        return this.requests.filter((each) => !each.startsWith("GET ") && !each.endsWith("/graphql"));
    }

    private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const line = `${request.method ?? ""} ${request.url ?? ""}`;
        this.requests.push(line);
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString();
        const body = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
        await sleep(this.delayMs);
        const index = this.faults.findIndex((each) => each.request.split(" ").every((part) => line.includes(part)));
        const [fault] = index < 0 ? [] : this.faults.splice(index, 1);
        const done = fault && !fault.isDone ? notFound : this.answer(request, body);
        const answer = fault
            ? {
                  status: fault.status,
                  headers: fault.headers,
                  body: { message: fault.message ?? "a fault of the test" },
              }
            : done;
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
        response.end(JSON.stringify(answer.body));
    }

    private answer({ method = "", url = "", headers }: IncomingMessage, body: Record<string, unknown>): Answer {
        const { pathname, searchParams } = new URL(url, this.url);
        const given = headers.authorization?.replace(/^\w+ /, "") ?? headers["private-token"];
        if (given !== CodeHostServer.token) return { status: 401, body: { message: "Bad credentials" } };
        const line = `${method} ${pathname}`;
        const isGitLab = pathname.startsWith("/api/v4/");
        const answer = isGitLab ? this.gitLab(line, searchParams, body) : this.gitHub(line, searchParams, body);
        return answer ?? notFound;
    }

    private gitHub(line: string, query: URLSearchParams, body: Record<string, unknown>): Answer | undefined {
        const { repository, number } = CodeHostServer;
        const shown = (comment: StoredComment) => ({
            id: comment.id,
            node_id: `IC_${comment.id}`,
            body: comment.body,
            html_url: `${this.url}/${repository}/pull/${number}#issuecomment-${comment.id}`,
            // The account of one author was deleted.
            user: comment.author === "ghost" ? null : { login: comment.author },
        });
        const all = `/repos/${repository}/issues/${number}/comments`;
        if (line === "POST /graphql") return this.graphql(String(body.query), body.variables as Variables);
        if (line === `GET ${all}`) return this.page(this.comments.map(shown), all, query);
        if (line === `POST ${all}`) {
            return { status: 201, body: shown(this.add(CodeHostServer.user, String(body.body))) };
        }
        const edited = this.edited(line, `PATCH /repos/${repository}/issues/comments/`, body);
        return edited && { status: 200, body: shown(edited) };
    }

    private graphql(query: string, variables: Variables): Answer {
        const find = (id: string) => this.comments.find((each) => `IC_${each.id}` === id);
        const answer = (data: unknown): Answer => ({ status: 200, body: { data } });
        if (query.includes("viewer")) return answer({ viewer: { login: CodeHostServer.user } });
        if (query.includes("nodes")) {
            return answer({ nodes: variables.ids?.map((id) => ({ id, isMinimized: find(id)?.isHidden })) });
        }
        this.requests.push(`MUTATION ${variables.id ?? ""}`);
        const comment = find(variables.id ?? "");
        if (comment) comment.isHidden = true;
        return answer({ minimizeComment: { clientMutationId: null } });
    }

    private gitLab(line: string, query: URLSearchParams, body: Record<string, unknown>): Answer | undefined {
        const { repository, number, user } = CodeHostServer;
        const mergeRequest = `/api/v4/projects/${encodeURIComponent(repository)}/merge_requests/${number}`;
        const shown = (comment: StoredComment) => ({
            id: comment.id,
            body: comment.body,
            author: { id: comment.author.length, username: comment.author },
            system: comment.author === "system",
        });
        if (line === "GET /api/v4/user") return { status: 200, body: { id: user.length, username: user } };
        if (line === `GET ${mergeRequest}`) {
            return { status: 200, body: { web_url: `${this.url}/${repository}/-/merge_requests/${number}` } };
        }
        if (line === `GET ${mergeRequest}/notes`) {
            return this.page(this.comments.map(shown), `${mergeRequest}/notes`, query);
        }
        if (line === `POST ${mergeRequest}/notes`) {
            return { status: 201, body: shown(this.add(user, String(body.body))) };
        }
        const edited = this.edited(line, `PUT ${mergeRequest}/notes/`, body);
        return edited && { status: 200, body: shown(edited) };
    }

    private edited(line: string, prefix: string, body: Record<string, unknown>): StoredComment | undefined {
        if (!line.startsWith(prefix)) return undefined;
        const comment = this.comments.find(({ id }) => `${prefix}${id}` === line);
        if (comment) comment.body = String(body.body);
        return comment;
    }

    /** One page, with the links to others in a header. */
    private page(all: readonly unknown[], path: string, query: URLSearchParams): Answer {
        const size = Math.min(this.pageSize, Number(query.get("per_page") ?? 20));
        const page = Number(query.get("page") ?? 1);
        const last = Math.max(1, Math.ceil(all.length / size));
        const link = (relation: string, number: number) => {
            const parameters = new URLSearchParams([...query].filter(([name]) => name !== "page"));
            return `<${this.url}${path}?${parameters}&page=${number}>; rel="${relation}"`;
        };
        const links = [...(page < last ? [link("next", page + 1)] : []), link("last", last)];
        const body = all.slice((page - 1) * size, page * size);
        return { status: 200, body, headers: { "link": links.join(", "), "x-total-pages": String(last) } };
    }
}

interface Variables {
    readonly id?: string;
    readonly ids?: readonly string[];
}
