/**
 * What happens in an update is what the review of its preview says. Each update applies several scenarios, each to
 * another resource of one stack. An independent client observes data, servers, connections and passwords.
 */
import { Redis } from "ioredis";
import { readPreview, reviewPreviews } from "../../provider/review";
import { bases } from "../support/previews/bases";
import { edited } from "../support/previews/scenario";
import { scenarios } from "../support/previews/scenarios";
import { present } from "../support/present";
import { Project } from "./previews/project";
import { docker, existing } from "./support/docker";
import { type StackState, isSecret } from "./support/stackState";

/** What an update did to a database, or to a volume without a component. */
interface Happened {
    /** Whether the key, or for a volume the file, still exists. */
    readonly data: "kept" | "lost";
    /** The server of a database. */
    readonly server?: "same" | "replaced" | "removed";
    /** The connection that was open before the update. */
    readonly connection?: "stayed" | "closed";
    /** Whether the password from before the update is still accepted. */
    readonly password?: "accepted" | "refused";
}

interface Expected extends Happened {
    /** The database or the volume that the scenario changes. */
    readonly subject: string;
}

const unnoticed = { data: "kept", server: "same", connection: "stayed", password: "accepted" } as const;

/** The scenarios of each update, with what must happen. */
const updates: readonly Readonly<Record<string, Expected>>[] = [
    {
        "password-without-grace": { ...unnoticed, subject: "cache", password: "refused" },
        "certificate-name-added": { ...unnoticed, subject: "sessions" },
        "volume-label": { subject: "uploads", data: "lost" },
    },
    {
        "plaintext-opened": { ...unnoticed, subject: "cache", server: "replaced", connection: "closed" },
        "user-removed": { ...unnoticed, subject: "sessions" },
        "database-removed": {
            subject: "queue",
            data: "lost",
            server: "removed",
            connection: "closed",
            password: "refused",
        },
        "volume-removed": { subject: "thumbnails", data: "lost" },
    },
];

describe("a review says what the update then does", () => {
    let project: Project;
    let state: StackState;
    let { program }: { program: string } = bases.shop;

    const up = async () => {
        await project.up();
        state = (await project.exported()).deployment as StackState;
    };

    beforeAll(async () => {
        project = await Project.create("reviewed", bases.shop);
        project.program(program);
        await up();
    });

    afterAll(() => project.close());

    test.each(updates.map((update, index) => [index + 1, update] as const))("update %d", async (_number, update) => {
        const subjects = Object.values(update).map(({ subject }) => subject);
        const observers = await Promise.all(subjects.map((subject) => observe(state, subject)));
        program = Object.keys(update).reduce((text, name) => edited(text, scenarios[name]?.edits), program);
        project.program(program);
        const { stdout: preview } = await project.preview();

        await up();
        const happened = await Promise.all(observers.map(async (observer) => observer(state)));
        for (const [index, [name, { subject, ...expected }]] of Object.entries(update).entries()) {
            expect({ name, ...happened[index] }).toEqual({ name, ...expected });
            expect({ name, ...reviewed(preview, subject) }).toEqual({ name, ...expected });
            expect(happened[index]?.data === "lost").toBe(scenarios[name]?.loses);
        }
    });
});

/** What the review of the preview says about a database or a volume, in the same terms. */
function reviewed(preview: string, subject: string): Happened {
    const { databases, findings } = present(reviewPreviews([{ preview: readPreview(preview) }]).stacks[0]);
    const about = findings.filter(({ name }) => name === subject);
    const data = about.some(({ severity }) => severity === "data-loss") ? "lost" : "kept";
    const database = databases.find(({ name }) => name === subject);
    if (database === undefined) return { data };
    const deleted = database.operation === "deleted";
    const stops = about.some(({ code }) => code === "redis-database/password-stops-working");
    return {
        data,
        server: deleted ? "removed" : database.server.startsWith("replaced") ? "replaced" : "same",
        connection: deleted || database.clients.startsWith("reconnect") ? "closed" : "stayed",
        password: deleted || stops ? "refused" : "accepted",
    };
}

/** Writes data to a database or to a volume. Returns a function that finds out what happened to it. */
async function observe(state: StackState, subject: string): Promise<(after: StackState) => Promise<Happened>> {
    const volume = volumeNamed(state, subject);
    if (volume !== undefined) {
        docker("run", "--rm", "-v", `${volume}:/volume`, "redis:8.0", "touch", "/volume/kept");
        return (after) =>
            Promise.resolve({ data: volumeNamed(after, subject) === volume && fileIn(volume) ? "kept" : "lost" });
    }

    const before = databaseNamed(state, subject);
    const open = connect(present(before));
    let closed = false;
    await open.set("kept", "yes");
    open.once("close", () => (closed = true));
    return async (after) => {
        const now = databaseNamed(after, subject);
        const happened: Happened = {
            data: now && (await answer(now, (client) => client.get("kept"))) === "yes" ? "kept" : "lost",
            server: now === undefined ? "removed" : now.server === before?.server ? "same" : "replaced",
            connection: closed || (await open.ping().catch(String)) !== "PONG" ? "closed" : "stayed",
            password: (await answer(present(before), (client) => client.ping())) === "PONG" ? "accepted" : "refused",
        };
        open.disconnect();
        return happened;
    };
}

interface Database {
    readonly tlsUrl: string;
    readonly caCertPem: string;
    /** The ID of the server's container. */
    readonly server: string;
}

const named = (state: StackState, type: string, name: string) =>
    state.resources.find(({ urn }) => urn.endsWith(`${type}::${name}`));

/** A volume that does not belong to a component. */
const volumeNamed = (state: StackState, name: string) =>
    named(state, "::docker:index/volume:Volume", name)?.outputs?.name as string | undefined;

const fileIn = (volume: string) =>
    existing([{ kind: "volume", key: volume, host: undefined }]).length > 0 &&
    docker("run", "--rm", "-v", `${volume}:/volume`, "redis:8.0", "ls", "/volume") === "kept";

function databaseNamed(state: StackState, name: string): Database | undefined {
    const outputs = named(state, "RedisDatabase", name)?.outputs;
    const server = named(state, "docker:index/container:Container", `${name}-server`)?.id;
    if (outputs === undefined || server === undefined) return undefined;
    const plain = (value: unknown) => (isSecret(value) ? (JSON.parse(value.plaintext) as string) : String(value));
    return { tlsUrl: plain(outputs.tlsUrl), caCertPem: plain(outputs.caCertPem), server };
}

/** A client that never reconnects. */
function connect({ tlsUrl, caCertPem }: Database): Redis {
    const client = new Redis(tlsUrl, { tls: { ca: caCertPem }, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    // Without a listener, ioredis logs each error. The commands fail with the same errors.
    client.on("error", () => undefined);
    return client;
}

/** The reply to a command on a connection of its own, or the error. */
async function answer(database: Database, command: (client: Redis) => Promise<string | null>): Promise<string | null> {
    const client = connect(database);
    try {
        return await command(client);
    } catch (error) {
        return String(error);
    } finally {
        client.disconnect();
    }
}
