/** Values that Docker reports in another spelling than the program's: no update treats the difference as a change. */
import { Client, docker } from "./support/docker";
import { TestStack } from "./support/stack";

interface Database {
    readonly url: string;
    readonly containers: Readonly<Record<"server" | "agent", string>>;
}

/** Values that the program sets on the containers, mostly by `transform`. */
interface Spelling {
    readonly bindAddress: string;
    readonly second: string;
    readonly minute: string;
    readonly all: string;
    readonly chown: string;
    readonly workingDir: string;
    readonly cpus: string;
}

const odd: Spelling = {
    bindAddress: "0:0:0:0:0:0:0:1",
    second: "1000ms",
    minute: "60s",
    all: "all",
    chown: "chown",
    workingDir: "/data/../tmp/",
    cpus: "1.50",
};
const canonical: Spelling = {
    bindAddress: "::1",
    second: "1s",
    minute: "1m0s",
    all: "ALL",
    chown: "CAP_CHOWN",
    workingDir: "/tmp",
    cpus: "1.5",
};

describe("values in another spelling than Docker's", () => {
    let client: Client;
    let stack: TestStack;

    const program = ({ bindAddress, second, minute, all, chown, workingDir, cpus }: Spelling, more = "") =>
        stack.program(`
            const transform = {
                server: (args) => {
                    Object.assign(args.healthcheck, { interval: "${second}", timeout: "${minute}" });
                    Object.assign(args, { capabilities: { drops: ["${all}"] }, workingDir: "${workingDir}", cpus: "${cpus}" });
                    delete args.memorySwap;
                    ${more}
                },
                agent: (args) => {
                    args.capabilities.adds = args.capabilities.adds.map((name) => name === "CAP_CHOWN" ? "${chown}" : name);
                },
            };
            const { nodes, url } = new RedisDatabase("db", {
                version: "8.0", flavor: "nordb", memoryMb: 64, image: "docker.io/library/redis:8.0",
                bindAddress: "${bindAddress}", tls: { hosts: ["0::2", "A.example", "a.example"] }, transform });
            exports.db = { url, containers: { server: nodes.server.name, agent: nodes.agent.name } };`);
    const database = () => stack.value<Database>("db");
    const redis = async (...command: string[]) => client.redis((await database()).url, command);

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("spellings");
        await program(odd).up();
        await redis("SET", "key", "in memory only");
    });

    afterAll(async () => {
        client.close();
        await stack.close();
    });

    test("change nothing in the next update, nor after a refresh", async () => {
        const before = await database();
        expect(docker("inspect", "-f", "{{json .NetworkSettings.Ports}}", before.containers.server)).toContain('"::1"');
        await stack.expectNoChanges();
        expect(await database()).toEqual(before);
        expect(await redis("GET", "key")).toBe("in memory only");
    });

    test("can be changed to Docker's spelling, which changes nothing either", async () => {
        const { steps, explanations } = await program(canonical).plannedSteps();
        // Only the component's inputs change, which are recorded as the program has them.
        expect({ steps, explanations }).toEqual({
            steps: { "db": "update", "db-completed": "update" },
            explanations: [],
        });
    });

    test("pulumi up --replace of the server hands over its data, and reports what it removes", async () => {
        const { containers } = await database();
        const { output } = await stack.replace("db-server");
        const removed = `removed ${containers.server}, which an interrupted update left behind or this update replaces`;
        expect(output).toContain(removed);
        const { containers: newContainers } = await database();
        expect(newContainers.agent).toBe(containers.agent);
        expect(newContainers.server).not.toBe(containers.server);
        expect(await redis("GET", "key")).toBe("in memory only");
    });

    test("are refused if Docker would never report them as the program has them", async () => {
        const output = await program(
            odd,
            "args.ports = [1, 2].map((external) => ({ internal: 7000, external }));",
        ).failure("preview");
        expect(output).toContain("db-server: transform.server.ports: publishes 7000/tcp twice");
        expect(output).toContain("[redis-database/transform-reported-otherwise]");
    });
});
