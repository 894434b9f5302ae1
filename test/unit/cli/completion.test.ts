/** What completion in a shell offers. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scripts } from "../../../provider/cli/completion";
import { redisdb } from "./support";

/** The words for a line whose last word is incomplete. */
async function completed(line: string): Promise<string[]> {
    const { stdout } = await redisdb(["complete", "--", ...line.split(" ").slice(1)]);
    return stdout.split("\n").filter(Boolean);
}

test("verbs", async () => {
    expect(await completed("redisdb re")).toEqual(["restart", "reload", "rename", "replicate", "restore", "review"]);
    expect(await completed("redisdb preview up")).toEqual(["update", "upgrade"]);
    expect(await completed("redisdb ")).not.toContain("complete");
});

test("flags, also of all verbs", async () => {
    expect(await completed("redisdb create a --pass")).toEqual([
        "--password-file",
        "--password-version",
        "--password-grace-hours",
    ]);
    expect(await completed("redisdb upgrade a --")).toEqual(expect.arrayContaining(["--to", "--all", "--json"]));
});

test("handles, where there is one", async () => {
    expect(await completed("redisdb url ")).toEqual(["sessions", "sessions-copy"]);
    expect(await completed("redisdb --project p url sessions-")).toEqual(["sessions-copy"]);
    expect(await completed("redisdb health sessions sessions-")).toEqual(["sessions-copy"]);
    expect(await completed("redisdb show sessions ")).toEqual([]);
    expect(await completed("redisdb upgrade --to ")).toEqual([]);
});

test("verbs that follow a verb, and handles", async () => {
    expect(await completed("redisdb backup s")).toEqual(["show", "sessions", "sessions-copy"]);
    expect(await completed("redisdb backup show s")).toEqual(["sessions", "sessions-copy"]);
    expect(await completed("redisdb backup sessions s")).toEqual([]);
    expect(await completed("redisdb backup copy --t")).toEqual(["--to"]);
});

test("choices of operands", async () => {
    expect(await completed("redisdb completion z")).toEqual(["zsh"]);
});

test("the script for bash completes in a real bash", () => {
    const directory = mkdtempSync(join(tmpdir(), "redisdb-completion-"));
    try {
        writeFileSync(join(directory, "redisdb"), '#!/bin/sh\nprintf "%s\\n" "$@" two\\ words\n', { mode: 0o755 });
        const code = `${scripts.bash}
            COMP_WORDS=(redisdb url ""); COMP_CWORD=2
            _redisdb
            printf '<%s>' "\${COMPREPLY[@]}"`;
        const { stdout } = spawnSync("bash", ["-c", code], {
            encoding: "utf8",
            env: { ...process.env, PATH: `${directory}:${process.env.PATH ?? ""}` },
        });
        expect(stdout).toBe("<complete><--><url><two words>");
    } finally {
        rmSync(directory, { recursive: true });
    }
});
