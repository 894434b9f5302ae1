/** The agent's functions in a real shell, on files in a directory of the test's own. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { script } from "../../../provider/components/server/scripts";

/** Stands for `/` in the scripts. */
export const root = mkdtempSync(join(tmpdir(), "redis-database-agent-"));
afterAll(() => {
    rmSync(root, { recursive: true });
});

/** Without the last line, which runs one of them. */
export const functions = script("agent/agent.sh").replace(/\n"\$1"\n$/, "\n");
export const env = { ...process.env, ROOT: root };

/** Runs commands after `stubs`, which take the place of what needs a server or time. */
export function inShell(stubs: readonly string[], commands: string): string {
    const text = [functions, ...stubs, `generation=${root}/generation`, commands].join("\n");
    return execFileSync("sh", ["-c", text, "sh", ""], { encoding: "utf8", env }).trimEnd();
}

export function write(file: string, text: string): void {
    writeFileSync(join(root, file), text);
}
