/** Events that the CLI appends to a file. */
import { execFile } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { EventLog } from "../../../../provider/platform/engine/eventLog";

let directory: string;
let file: string;

beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "redis-database-events-"));
    file = join(directory, "events.json");
});

afterEach(() => {
    rmSync(directory, { recursive: true });
});

const event = (sequence: number) => ({ sequence, text: "größer" }) as unknown as EngineEvent;
const line = (sequence: number) => `${JSON.stringify(event(sequence))}\n`;

test("events arrive while the file grows, once each and in order", async () => {
    const events: EngineEvent[] = [];
    const log = new EventLog(file, (each) => events.push(each));
    await setTimeout(150);
    writeFileSync(file, line(1));
    while (events.length < 1) await setTimeout(10);
    appendFileSync(file, line(2) + line(3));
    await log.close();
    expect(events).toEqual([event(1), event(2), event(3)]);
});

test("a line that is written in parts, also within a character, is one event", async () => {
    const events: EngineEvent[] = [];
    const bytes = Buffer.from(line(1));
    const split = bytes.indexOf(Buffer.from("ö")) + 1;
    writeFileSync(file, bytes.subarray(0, split));
    const log = new EventLog(file, (each) => events.push(each));
    await setTimeout(250);
    appendFileSync(file, bytes.subarray(split));
    await log.close();
    expect(events).toEqual([event(1)]);
});

test("an incomplete last line of a killed CLI is no event", async () => {
    const events: EngineEvent[] = [];
    writeFileSync(file, line(1) + line(2).slice(0, -3));
    await new EventLog(file, (each) => events.push(each)).close();
    expect(events).toEqual([event(1)]);
});

test("a file larger than one read", async () => {
    const events: EngineEvent[] = [];
    const numbers = Array.from({ length: 5000 }, (_, index) => index);
    writeFileSync(file, numbers.map(line).join(""));
    await new EventLog(file, (each) => events.push(each)).close();
    expect(events).toEqual(numbers.map(event));
});

test("a CLI without events never creates the file", async () => {
    await new EventLog(file, () => undefined).close();
});

test("an error that a listener throws is thrown at the end", async () => {
    const log = new EventLog(file, () => {
        throw new Error("by the listener");
    });
    writeFileSync(file, line(1));
    await expect(log.close()).rejects.toThrow("by the listener");
});

test("until then, it does not end the process as a rejection that nothing handles", async () => {
    // In a process of its own, since Jest handles such rejections.
    const source = join(__dirname, "../../../../provider/platform/engine/eventLog.ts");
    const script = `
        const { EventLog } = require(${JSON.stringify(source)});
        new EventLog(process.argv[1], () => { throw new Error("by the listener"); });
        setTimeout(() => { console.log("still runs"); process.exit(); }, 400);`;
    writeFileSync(file, line(1));
    const { stdout } = await promisify(execFile)(process.execPath, [
        "--no-warnings",
        "--experimental-transform-types",
        "-e",
        script,
        file,
    ]);
    expect(stdout).toBe("still runs\n");
});
