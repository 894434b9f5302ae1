/**
 * Runs operations of the platform library, and prints the memory that the process uses in between as JSON: the bytes on
 * the heap after each number of operations. A fake CLI answers at once, since only the library's own memory matters.
 *
 *   node --expose-gc bench/lib/operations.mjs DIRECTORY NUMBER…
 *
 * DIRECTORY is a platform's data directory with the states of databases.
 */
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const { RedisPlatform } = createRequire(import.meta.url)("../../dist/provider/platform/index.js");

const [directory, ...numbers] = process.argv.slice(2);
process.env.FAKE_OUTPUTS = join(directory, "outputs.json");
process.env.FAKE_EVENTS = join(directory, "events.json");
const outputs = { specification: { name: "db", args: { version: "8.0" } }, connections: {} };
writeFileSync(process.env.FAKE_OUTPUTS, JSON.stringify(outputs));
writeFileSync(process.env.FAKE_EVENTS, events(100));

const platform = RedisPlatform.open({
    dataDirectory: directory,
    pulumiCommand: join(import.meta.dirname, "fakePulumi.sh"),
});
const handles = (await platform.list()).map(({ handle }) => handle);
const heap = [];
let done = 0;
for (const number of numbers.map(Number)) {
    for (; done < number; done++) {
        const handle = handles[done % handles.length];
        await platform.rotatePassword(handle, { onProgress: () => {}, signal: new AbortController().signal });
    }
    globalThis.gc();
    heap.push(process.memoryUsage().heapUsed);
}
console.log(JSON.stringify(heap));

/** The events of an update: for each resource, that it begins and that it is done. */
function events(resources) {
    const lines = Array.from({ length: resources }, (_, index) => {
        const metadata = {
            op: "update",
            urn: `urn:pulumi:db::redis::docker:index/container:Container::server-${index}`,
            type: "docker:index/container:Container",
        };
        return [{ resourcePreEvent: { metadata } }, { resOutputsEvent: { metadata } }];
    });
    return lines
        .flat()
        .map((event) => `${JSON.stringify(event)}\n`)
        .join("");
}
