/** Resources that are created, renamed, moved and removed, and those without a component. */
import type { BaseName } from "./bases";
import { bases } from "./bases";
import { type Edit, type Scenario } from "./scenario";

/** The statement of the program that creates a database. */
function statement(base: BaseName, start: string): string {
    const { program } = bases[base];
    const from = program.indexOf(start);
    const to = program.indexOf("\n});\n", from);
    if (from < 0 || to < 0) throw new Error(`The program of ${base} does not contain ${start}.`);
    return program.slice(from, to + "\n});\n".length);
}

const queue = statement("shop", `new RedisDatabase("queue"`);
const sessions = statement("shop", `new RedisDatabase("sessions"`);
const web = statement("shop", `new docker.Container("web"`);

const noticed = { base: "shop", loses: false, harmless: false } as const;
const harmless = { base: "shop", loses: false, harmless: true } as const;
const lossy = { base: "shop", loses: true, harmless: false } as const;

const parent = `const group = new pulumi.ComponentResource("example:index:Backend", "backend");\n`;
const renamed = queue.replace(`"queue"`, `"jobs"`);

export const resources: Readonly<Record<string, Scenario<BaseName>>> = {
    "unchanged": { ...harmless, change: "Nothing changes.", stream: true },
    "reordered": {
        ...harmless,
        change: "The program has comments, and its databases are in another order.",
        edits: [
            [sessions, ""],
            [queue, `${queue}\n// Who is logged in.\n${sessions}`],
        ],
    },
    "new-stack": { base: "first", change: "A stack is created.", loses: false, harmless: true },
    "fifty-databases": { base: "teams", change: "Fifty databases are created.", loses: false, harmless: true },
    "database-added": {
        ...harmless,
        change: "A stack gets another database.",
        edits: [[queue, `${queue}\nnew RedisDatabase("search", { version: "8.0", memoryMb: 64 });\n`]],
    },
    "database-removed": {
        ...lossy,
        change: "A database without deletion protection is removed from the program.",
        edits: [[queue, ""]],
        stream: true,
    },
    "protected-database-removed": {
        ...noticed,
        change: "A database with deletion protection is removed from the program, which Pulumi refuses.",
        edits: [[sessions, ""]],
        fails: true,
    },
    "protection-ended": {
        ...noticed,
        change: "The deletion protection of a database ends.",
        edits: [withLine(sessions, `    deletionProtection: false,\n`)],
    },
    "protection-begins": {
        ...harmless,
        change: "A database gets deletion protection.",
        edits: [[queue, queue.replace(`    deletionProtection: false,\n`, "")]],
    },
    "database-renamed": {
        ...harmless,
        change: "A database gets another name, with an alias for the old one.",
        edits: [[queue, renamed.replace(/\}\);\n$/, `}, { aliases: [{ name: "queue" }] });\n`)]],
        stream: true,
    },
    "database-renamed-without-alias": {
        ...lossy,
        change: "A database gets another name without an alias, so that Pulumi deletes it and creates another.",
        edits: [[queue, renamed]],
    },
    "database-moved": {
        ...harmless,
        change: "A database moves into a component, with an alias for its old place.",
        edits: [
            [
                queue,
                parent +
                    queue.replace(
                        /\}\);\n$/,
                        `}, { parent: group, aliases: [{ parent: pulumi.rootStackResource }] });\n`,
                    ),
            ],
        ],
    },
    "database-moved-without-alias": {
        ...lossy,
        change: "A database moves into a component without an alias, so that Pulumi deletes it and creates another.",
        edits: [[queue, parent + queue.replace(/\}\);\n$/, `}, { parent: group });\n`)]],
    },
    "volume-label": {
        ...lossy,
        change: "A volume without a component gets another label.",
        edits: [[`{ label: "team", value: "shop" }`, `{ label: "team", value: "storefront" }`]],
        stream: true,
    },
    "volume-removed": {
        ...lossy,
        change: "A volume without a component is removed from the program.",
        edits: [[`new docker.Volume("thumbnails");\n`, ""]],
    },
    "volume-added": {
        ...harmless,
        change: "The program creates another volume.",
        edits: [
            [`new docker.Volume("thumbnails");`, `new docker.Volume("thumbnails");\nnew docker.Volume("receipts");`],
        ],
    },
    "protected-volume-removed": {
        ...noticed,
        change: "A volume with `protect` is removed from the program, which Pulumi refuses.",
        edits: [[`new docker.Volume("invoices", {}, { protect: true });\n`, ""]],
        fails: true,
    },
    "volume-protection-ended": {
        ...noticed,
        change: "A volume loses `protect`.",
        edits: [[`("invoices", {}, { protect: true })`, `("invoices")`]],
        stream: true,
    },
    "volume-protection-ended-and-replaced": {
        ...lossy,
        change: "A volume loses `protect` and gets another label in the same change.",
        edits: [
            [`("invoices", {}, { protect: true })`, `("invoices", { labels: [{ label: "year", value: "2026" }] })`],
        ],
    },
    "volume-protected": {
        ...harmless,
        change: "A volume gets `protect`.",
        edits: [[`new docker.Volume("thumbnails");`, `new docker.Volume("thumbnails", {}, { protect: true });`]],
    },
    "container-replaced": {
        ...noticed,
        change: "A container without a component gets another command, which replaces it.",
        edits: [[`["sleep", "infinity"]`, `["sleep", "86400"]`]],
    },
    "container-removed": {
        ...noticed,
        change: "A container without a component is removed from the program.",
        edits: [[web, ""]],
    },
    "without-component": {
        base: "files",
        change: "A stack without a component gives a container more memory, which Docker does in place.",
        edits: [[`memory: 32,\n    memorySwap: 32,`, `memory: 64,\n    memorySwap: 64,`]],
        loses: false,
        harmless: true,
    },
    "without-component-volume-removed": {
        base: "files",
        change: "A stack without a component becomes empty.",
        edits: [[bases.files.program, "export {};\n"]],
        loses: true,
        harmless: false,
    },
    "program-error": {
        ...noticed,
        change: "The program throws an error.",
        edits: [[`// The files`, `throw new Error("the catalog of the shop is missing");\n// The files`]],
        fails: true,
    },
    "python-memory": {
        base: "python",
        change: "A database of a program in Python gets more memory.",
        edits: [[`memory_mb=64`, `memory_mb=96`]],
        loses: false,
        harmless: true,
    },
    "python-database-renamed": {
        base: "python",
        change: "A database of a program in Python gets another name without an alias.",
        edits: [[`"profiles"`, `"people"`]],
        loses: true,
        harmless: false,
    },
    "yaml-password": {
        base: "yaml",
        change: "A database of a program in YAML gets a new password; the old one is accepted for 24 hours.",
        edits: [[`memoryMb: 64`, `memoryMb: 64\n      passwordVersion: 2`]],
        loses: false,
        harmless: true,
    },
    "yaml-protection-ended": {
        base: "yaml",
        change: "The deletion protection of a database of a program in YAML ends.",
        edits: [[`memoryMb: 64`, `memoryMb: 64\n      deletionProtection: false`]],
        loses: false,
        harmless: false,
    },
};

/** The statement with another argument. */
function withLine(text: string, line: string): Edit {
    return [text, text.replace(/\}\);\n$/, `${line}});\n`)];
}
