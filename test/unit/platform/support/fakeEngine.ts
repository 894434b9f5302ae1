/** A platform whose CLI is the fake one in `fakePulumi.sh`, in a directory of its own. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlatformOptions } from "../../../../provider/platform/options";
import { RedisPlatform } from "../../../../provider/platform/redisPlatform";
import { isRunning } from "../../../../provider/platform/state/processes";

export const fakePulumi = join(__dirname, "fakePulumi.sh");

export class FakeEngine {
    readonly dataDirectory = mkdtempSync(join(tmpdir(), "redis-database-platform-"));
    readonly stateDirectory = join(this.dataDirectory, "state/.pulumi");

    open(options: PlatformOptions = {}): RedisPlatform {
        return RedisPlatform.open({
            dataDirectory: this.dataDirectory,
            pulumiCommand: fakePulumi,
            stopSeconds: 2,
            ...options,
        });
    }

    /** The arguments of all commands. */
    commands(): readonly string[] {
        const file = join(this.stateDirectory, "commands");
        return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
    }

    /** The plugins that still run. */
    plugins(): readonly number[] {
        const directory = join(this.stateDirectory, "plugins");
        return (existsSync(directory) ? readdirSync(directory) : []).map(Number).filter(isRunning);
    }

    /** What is left in the work directory. */
    workFiles(): readonly string[] {
        return readdirSync(join(this.dataDirectory, "work"));
    }

    close(): void {
        for (const plugin of this.plugins()) process.kill(plugin, "SIGKILL");
        rmSync(this.dataDirectory, { recursive: true });
    }
}
