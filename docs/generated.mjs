/**
 * The documents that the code writes: the API reference from its docstrings, the README's table from its changes, the
 * versions from the catalog and from what their tests saw.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { versionsPage } from "./versions.mjs";

const require = createRequire(import.meta.url);

/** By path, each as it should be. */
export async function generatedDocuments() {
    return { "docs/api.md": apiReference(), "docs/versions.md": await versionsPage(), "README.md": await readme() };
}

function apiReference() {
    const directory = mkdtempSync(join(tmpdir(), "api-"));
    try {
        execFileSync("npx", ["typedoc", "--logLevel", "Warn", "--out", directory], { stdio: "inherit" });
        return readFileSync(join(directory, "api.md"), "utf8");
    } finally {
        rmSync(directory, { recursive: true });
    }
}

const table = /(<!-- changes: written by `npm run docs` -->\n)[^]*(<!-- end of changes -->)/;

async function readme() {
    require("ts-node/register/transpile-only");
    const { changesTable } = require("../provider/model/changes/explanation.ts");
    const text = readFileSync("README.md", "utf8");
    if (!table.test(text)) throw new Error("README.md has no place for the table of changes");
    const written = text.replace(table, (_all, start, end) => `${start}\n${changesTable()}\n\n${end}`);
    return format(written, { ...(await resolveConfig("README.md")), filepath: "README.md" });
}
