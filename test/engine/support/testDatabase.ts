/** A stack with one database, called `db`, and a client for it: what most suites are about. */
import { present } from "../../support/present";
import { Client, docker } from "./docker";
import { type Change, TestStack } from "./stack";

export class TestDatabase {
    private constructor(
        readonly stack: TestStack,
        readonly client: Client,
        /** What each update says if it does not say otherwise. */
        private readonly base: object,
    ) {}

    /** Brings up a database with these arguments. `name` is the stack's. */
    static async create(name: string, base: object): Promise<TestDatabase> {
        const database = new TestDatabase(await TestStack.create(name), new Client(), base);
        await database.up();
        return database;
    }

    /** The program has the arguments of the beginning, these, and `more` as it writes it. */
    with(args: object = {}, more?: string): TestStack {
        return this.stack.database({ ...this.base, ...args }, more);
    }

    async up(args: object = {}): Promise<Change> {
        return this.with(args).up();
    }

    /** A command, in plaintext and as the user `app`. */
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
    /** The name of the server's container, as the program gives it. */
    server = () => this.stack.value("containerName");

    /** The name of the agent's container, also of one that Docker has made and that Pulumi has not heard of. */
    agent(): string {
        return present(this.stack.containers().find((name) => name.startsWith("db-agent-")));
    }

    /** Another one after the server was replaced. */
    async serverId(): Promise<string> {
        return docker("inspect", "-f", "{{.Id}}", await this.server());
    }

    async close(): Promise<void> {
        this.client.close();
        await this.stack.close();
    }
}
