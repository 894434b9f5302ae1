/**
 * The Node.js environment of engine tests. When a test or hook fails, it prints the logs of the open stacks before they
 * are closed.
 */
import { TestEnvironment } from "jest-environment-node";

/** A stack in the test's sandbox. */
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
