/** A stack with one database, `db`, and a client for it. Most suites use it. */
import { present } from "../../support/present";
import type { Place } from "./components";
import { Client, docker } from "./docker";
import { type Change, TestStack } from "./stack";

export class TestDatabase {
    private constructor(
        readonly stack: TestStack,
        readonly client: Client,
        /** The arguments of every update, unless it overrides them. */
        private readonly base: object,
    ) {}

    /** Creates a stack `name` with a database that has these arguments. */
    static async create(name: string, base: object, place: Place = "inProcess"): Promise<TestDatabase> {
        const stack = await TestStack.create(name);
        const database = new TestDatabase(stack.create(place), new Client(), base);
        await database.up();
        return database;
    }

    /** Sets the program. The database has `base`, then `args`, then the arguments in the expression `more`. */
    with(args: object = {}, more?: string): TestStack {
        return this.stack.database({ ...this.base, ...args }, more);
    }

    async up(args: object = {}): Promise<Change> {
        return this.with(args).up();
    }

    /** Runs a command over plaintext as the user `app`. */
    async redis(...command: string[]): Promise<string> {
        return this.client.redis(await this.url(), command);
    }

    async digest(): Promise<string> {
        return this.client.digest(await this.url());
    }

    url = () => this.stack.value("url");
    tlsUrl = () => this.stack.value("tlsUrl");
    tlsPort = () => this.stack.value<number>("tlsPort");
    caCertPem = () => this.stack.value("caCertPem");
    /** The name of the server's container, from the outputs. */
    server = () => this.stack.value("containerName");

    /** The name of the agent's container, even if Pulumi has not recorded it. */
    agent(): string {
        return present(this.stack.containers().find((name) => name.startsWith("db-agent-")));
    }

    /** The ID of the server's container. It changes when the server is replaced. */
    async serverId(): Promise<string> {
        return docker("inspect", "-f", "{{.Id}}", await this.server());
    }

    async close(): Promise<void> {
        this.client.close();
        await this.stack.close();
    }
}
