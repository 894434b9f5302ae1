/**
 * States in any other backend, such as the Pulumi service. Asks the CLI, which takes about a second for each stack. The
 * service has its own locks, which end with their operations.
 */
import limit from "p-limit";
import { type Ended, runPulumi } from "../engine/cli";
import { failureOf } from "../engine/failure";
import { WorkDirectory } from "../engine/workDirectory";
import type { Settings } from "../options";
import type { Lock, StateBackend } from "./backend";

/** The CLI's exit code for a stack that does not exist. */
const stackNotFound = 6;

export class CliBackend implements StateBackend {
    private readonly slots: ReturnType<typeof limit>;

    constructor(private readonly settings: Settings) {
        this.slots = limit(settings.concurrency);
    }

    async list(): Promise<readonly string[]> {
        const { project } = this.settings;
        // The command ignores --stack, which all commands of this library have.
        const { stdout } = await this.run("all", "stack", "ls", "--json", "--project", project);
        const stacks = JSON.parse(stdout) as readonly { readonly name: string }[];
        // A stack of another organization than the default one has a longer name, and is not the platform's.
        return stacks.map(({ name }) => name).filter((name) => !name.includes("/"));
    }

    async read(stack: string): Promise<Buffer | undefined> {
        const { code, stdout } = await this.run(stack, "stack", "export");
        return code === stackNotFound ? undefined : Buffer.from(stdout);
    }

    locks(): Promise<readonly Lock[]> {
        return Promise.resolve([]);
    }

    async removeLock(): Promise<void> {
        // There are none to remove.
    }

    async forget(): Promise<void> {
        // The service removes the history with the stack.
    }

    async repair(): Promise<void> {
        // The CLI never exports an incomplete state.
    }

    private run(stack: string, ...args: string[]): Promise<Ended> {
        return this.slots(async () => {
            const directory = new WorkDirectory(this.settings, stack, undefined);
            try {
                const ended = await runPulumi(this.settings, directory, args);
                if (ended.code === 0 || ended.code === stackNotFound) return ended;
                throw failureOf(stack, ended, { messages: [], steps: [], changed: [] });
            } finally {
                directory.remove();
            }
        });
    }
}
