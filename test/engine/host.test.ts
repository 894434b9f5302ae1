/** What databases do when Docker restarts on their host, or when the host loses power. */
import { Client, until } from "./support/docker";
import { SecondEngine } from "./support/secondEngine";
import { TestStack } from "./support/stack";
import { flavorNames } from "../../provider/model/catalog/versions";
import { present } from "../support/present";

interface Database {
    readonly url: string;
    readonly containerName: string;
}

describe("a Docker host", () => {
    let engine: SecondEngine;
    let stack: TestStack;
    let client: Client;
    let databases: Record<string, Database>;
    const of = (flavor: string) => present(databases[flavor]);

    beforeAll(async () => {
        client = new Client();
        engine = await SecondEngine.start("redis:8.0");
        stack = await TestStack.create("host", { env: { DOCKER_HOST: engine.host } });
        const programs = flavorNames.map(
            (flavor) =>
                `{ const { url, containerName } = new RedisDatabase("${flavor}", { version: "8.0", flavor: "${flavor}",
                   memoryMb: 64, bindAddress: "${engine.address}" }); exports.${flavor} = { url, containerName }; }`,
        );
        await stack.program(programs.join("\n")).up();
        databases = (await stack.outputs()) as typeof databases;
    });

    afterAll(async () => {
        client.close();
        await stack.close();
        await engine.close();
    });

    const redis = (flavor: string, ...command: string[]) => client.redis(of(flavor).url, command);

    async function allAnswer(): Promise<void> {
        for (const flavor of flavorNames) {
            await until(() => redis(flavor, "PING") === "PONG");
            const { containerName } = of(flavor);
            await until(() => engine.docker("inspect", "-f", "{{.State.Health.Status}}", containerName) === "healthy");
        }
        await stack.expectNoChanges();
    }

    test("restarts Docker: all databases are back at their URLs, aof and rdb with all data", async () => {
        for (const flavor of flavorNames) expect(redis(flavor, "SET", "key", "before the restart")).toBe("OK");
        await engine.restart();
        await allAnswer();
        expect(flavorNames.map((flavor) => redis(flavor, "GET", "key"))).toEqual([
            "before the restart",
            "before the restart",
            "",
        ]);
    });

    test("loses power: all databases are back, with the data that their flavor promises", async () => {
        for (const flavor of flavorNames) redis(flavor, "SET", "key", "dumped");
        expect(redis("rdb", "SAVE")).toBe("OK");
        for (const flavor of flavorNames) redis(flavor, "SET", "key", "a second old");
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await engine.powerCycle();
        await allAnswer();
        expect(flavorNames.map((flavor) => redis(flavor, "GET", "key"))).toEqual(["a second old", "dumped", ""]);
    });
});
