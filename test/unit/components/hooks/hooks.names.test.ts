/** The names under which hooks are registered, and the program that they run in. */
import { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { Hooks } from "../../../../provider/components/hooks/hooks";
import { present } from "../../../support/present";
import { startStack } from "../../support/mockedStack";

describe("the name of a hook", () => {
    const nameOf = (hooks: Hooks) => present(hooks.on("review", () => undefined)[0]).name;

    test("contains the component's name, and is the same in the next update", async () => {
        const update = async () => {
            await startStack();
            return nameOf(new Hooks("RedisReplica", "near"));
        };
        expect([await update(), await update()]).toEqual(Array(2).fill("redis-database:RedisReplica:near:review"));
    });

    test("is unique in the program, also with several copies of the package", async () => {
        await startStack();
        const copies = [Hooks];
        jest.isolateModules(() => {
            copies.push(
                jest.requireActual<{ Hooks: typeof Hooks }>("../../../../provider/components/hooks/hooks").Hooks,
            );
        });
        expect(copies[1]).not.toBe(Hooks);
        const names = copies.flatMap((Copy) => [1, 2].map(() => nameOf(new Copy("RedisDatabase", "sessions"))));
        const first = "redis-database:RedisDatabase:sessions:review";
        expect(names).toEqual([first, ...[2, 3, 4].map((count) => first.replace("database", `database-${count}`))]);
    });

    test("does not depend on other programs that run at the same time", async () => {
        await startStack();
        const stackOf = jest.spyOn(pulumi.runtime, "getStackResource");
        const names = ["one", "other", "one"].map((stack, _index, all) => {
            stackOf.mockReturnValue(stacks[all.indexOf(stack)] as never);
            return nameOf(new Hooks("RedisDatabase", "sessions"));
        });
        stackOf.mockRestore();
        const name = "redis-database:RedisDatabase:sessions:review";
        expect(names).toEqual([name, name, name.replace("database", "database-2")]);
    });
    const stacks = [{}, {}];
});

test("a hook runs in the context of its program, wherever the engine calls it from", async () => {
    await startStack();
    const program = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const hooks = new Hooks("RedisDatabase", "sessions");
    const [hook, onError] = program.run("own", () => [
        ...hooks.on("review", () => void seen.push(program.getStore())),
        ...hooks.onError("explainFailure", () => seen.push(program.getStore()) > 0),
    ]);
    await program.run("other", async () => {
        await present(hook).callback({} as never);
        await present(onError).callback({} as never);
    });
    expect(seen).toEqual(["own", "own"]);
});
