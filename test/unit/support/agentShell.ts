/** Runs the agent's functions in a real shell, on files in a temporary directory. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { script } from "../../../provider/components/server/scripts";

/** Replaces `/` in the scripts. */
export const root = mkdtempSync(join(tmpdir(), "redis-database-agent-"));
afterAll(() => {
    rmSync(root, { recursive: true });
});

/** The script without its last line, which calls a function. */
export const functions = script("agent/agent.sh").replace(/\n"\$1"\n$/, "\n");
export const env = { ...process.env, ROOT: root };

/** Runs commands after `stubs`, which replace functions that need a server or time. */
export function inShell(stubs: readonly string[], commands: string): string {
    const text = [functions, ...stubs, `generation=${root}/generation`, commands].join("\n");
    return execFileSync("sh", ["-c", text, "sh", ""], { encoding: "utf8", env }).trimEnd();
}

export function write(file: string, text: string): void {
    writeFileSync(join(root, file), text);
}
