/** The HTTP server: the page's files for everyone, and the API for requests with the token. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import bearerAuth from "@fastify/bearer-auth";
import helmet from "@fastify/helmet";
import fastify, { type FastifyInstance } from "fastify";
import { PortalError, answerTo } from "./errors";
import type { Operation, OperationEvent } from "./operation";
import type { Operations } from "./operations";
import type { Portal } from "./portal";

const pageFiles = [
    ["/", "index.html", "text/html"],
    ["/page.js", "page.js", "text/javascript"],
    ["/api.js", "api.js", "text/javascript"],
    ["/style.css", "style.css", "text/css"],
] as const;

/**
 * Only these arguments can be requested. Others, such as `image` or `bindAddress`, are for the operators of the Docker
 * host. The platform library checks the values.
 */
const creation = bodyOf(
    {
        handle: { type: "string" },
        engine: { enum: ["redis", "valkey"] },
        version: { type: "string" },
        flavor: { enum: ["aof", "rdb", "nordb"] },
        memoryMb: { type: "number" },
        diskSizeGb: { type: "number" },
    },
    ["handle"],
);
const deletion = bodyOf({ confirm: { type: "string" } }, ["confirm"]);

interface Creation {
    readonly handle: string;
    readonly engine?: "redis" | "valkey";
    readonly version?: string;
    readonly flavor?: "aof" | "rdb" | "nordb";
    readonly memoryMb?: number;
    readonly diskSizeGb?: number;
}

export async function createServer(portal: Portal, operations: Operations, token: string): Promise<FastifyInstance> {
    const server = fastify({
        // No request needs more.
        bodyLimit: 4096,
        // By default, Fastify removes unknown properties and converts values.
        ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
    });
    await server.register(helmet, {
        contentSecurityPolicy: {
            useDefaults: false,
            directives: {
                defaultSrc: ["'none'"],
                scriptSrc: ["'self'"],
                styleSrc: ["'self'"],
                connectSrc: ["'self'"],
                imgSrc: ["data:"],
                baseUri: ["'none'"],
                formAction: ["'none'"],
                frameAncestors: ["'none'"],
            },
        },
        // The portal itself speaks HTTP on 127.0.0.1. A reverse proxy that terminates TLS sets this header.
        strictTransportSecurity: false,
    });
    server.setErrorHandler(async (error, _request, reply) => {
        const { status, problem } = answerTo(error);
        if (problem.code === "internal") console.error(error);
        if (status === 429 || status === 503) reply.header("retry-after", "60");
        return reply.code(status).send(problem);
    });
    server.setNotFoundHandler(() => {
        throw new PortalError(404, "not-found", "there is no such page or request", "README.md lists the requests");
    });
    for (const [path, file, type] of pageFiles) {
        const content = readFileSync(join(__dirname, "page", file), "utf8");
        server.get(path, (_request, reply) => reply.type(`${type}; charset=utf-8`).send(content));
    }
    await server.register((api) => addApi(api, portal, operations, token), { prefix: "/api" });
    return server;
}

/**
 * The API needs no protection from cross-site request forgery: browsers add cookies to requests of other sites, but there
 * are none here, and no other site has the token for the header.
 */
async function addApi(api: FastifyInstance, portal: Portal, operations: Operations, token: string): Promise<void> {
    // It compares the token in constant time.
    await api.register(bearerAuth, { keys: new Set([token]), addHook: false });
    const { verifyBearerAuth } = api;
    if (!verifyBearerAuth) throw new Error("the plugin for the token is missing");
    api.addHook("onRequest", (request, reply, done) => {
        // Answers can contain passwords.
        reply.header("cache-control", "no-store");
        verifyBearerAuth(request, reply, (error) => {
            done(error && unauthorized());
        });
    });

    api.get("/versions", () => portal.versions());

    api.get("/databases", () => portal.list());

    api.post<{ Body: Creation }>("/databases", { schema: creation }, async ({ body }, reply) => {
        const { handle, ...args } = body;
        return reply.code(202).send(answerFor(await portal.create(handle, args)));
    });

    api.post<Named>("/databases/:handle/password", async ({ params }, reply) =>
        reply.code(202).send(answerFor(await portal.rotatePassword(params.handle))),
    );

    api.post<Named>("/databases/:handle/continue", async ({ params }, reply) =>
        reply.code(202).send(answerFor(await portal.continue(params.handle))),
    );

    api.delete<Named & { Body: { readonly confirm: string } }>(
        "/databases/:handle",
        { schema: deletion },
        async ({ params, body }, reply) => {
            const operation = await portal.delete(params.handle, body.confirm);
            return operation ? reply.code(202).send(answerFor(operation)) : reply.code(204).send();
        },
    );

    // The browser's EventSource cannot send a token, so the page reads this stream with fetch.
    api.get<Identified>("/operations/:id/events", ({ params }, reply) =>
        reply.type("text/event-stream").send(Readable.from(asServerSentEvents(operations.get(params.id).follow()))),
    );

    // Not a GET request, since it can be done only once.
    api.post<Identified>("/operations/:id/connection", ({ params }) => portal.takeConnection(params.id));
}

interface Named {
    Params: { readonly handle: string };
}

interface Identified {
    Params: { readonly id: string };
}

function answerFor({ id, request }: Operation): object {
    return { id, operation: request.operation, handle: request.handle };
}

async function* asServerSentEvents(events: AsyncIterable<OperationEvent>): AsyncGenerator<string> {
    for await (const event of events) yield `data: ${JSON.stringify(event)}\n\n`;
}

function unauthorized(): PortalError {
    return new PortalError(401, "unauthorized", "the token is missing or wrong", "send Authorization: Bearer TOKEN");
}

function bodyOf(properties: object, required: readonly string[]): { readonly body: object } {
    return { body: { type: "object", properties, required, additionalProperties: false } };
}
