/** Whether processes run: live, ended, zombies, and ids that are used again. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { isRunning, ranAt } from "../../../../provider/platform/state/processes";

const children: ChildProcess[] = [];

function start(...command: [string, ...string[]]): ChildProcess & { readonly pid: number } {
    const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "ignore"] });
    children.push(child);
    return child as ChildProcess & { readonly pid: number };
}

afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
});

test("this process runs, and one that has ended does not", async () => {
    const child = start("true");
    await once(child, "exit");
    expect(isRunning(process.pid)).toBe(true);
    expect(isRunning(child.pid)).toBe(false);
});

test("a process of another user runs", () => {
    expect(isRunning(1)).toBe(true);
});

test.each([0, -1, NaN])("%d is the id of no process", (pid) => {
    expect(isRunning(pid)).toBe(false);
});

test("a zombie has ended", async () => {
    // When the child ends, `sleep` has replaced the shell, and never asks how the child has ended.
    const parent = start("sh", "-c", "sleep 0.2 & echo $!; exec sleep 60");
    const [output] = (await once(parent.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    const zombie = Number(output.toString());
    const state = () => execFileSync("ps", ["-o", "state=", "-p", String(zombie)], { encoding: "utf8" })[0];
    while (state() !== "Z") await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isRunning(zombie)).toBe(false);
});

test("an id is used again if its process began after the time", () => {
    const { pid } = start("sleep", "60");
    const now = Date.now();
    expect(ranAt(pid, new Date(now))).toBe(true);
    expect(ranAt(pid, new Date(now + 3600_000))).toBe(true);
    expect(ranAt(pid, new Date(now - 10_000))).toBe(false);
});

test("an ended process ran at no time that counts", async () => {
    const child = start("true");
    await once(child, "exit");
    expect(ranAt(child.pid, new Date())).toBe(false);
});
