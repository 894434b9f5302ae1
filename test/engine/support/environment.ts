/** Node.js for tests, and where a test or a hook fails: what its stacks observed, which is gone when they are closed. */
import { TestEnvironment } from "jest-environment-node";

/** A stack in the sandbox of the test. */
interface Observer {
    observed(): Promise<string>;
}

export default class EngineEnvironment extends TestEnvironment {
    private readonly openStacks = new Set<Observer>();

    override async setup(): Promise<void> {
        await super.setup();
        this.global.openStacks = this.openStacks as never;
    }

    async handleTestEvent({ name }: { readonly name: string }): Promise<void> {
        if (name !== "test_fn_failure" && name !== "hook_failure") return;
        for (const stack of this.openStacks) process.stderr.write(await stack.observed());
    }
}
