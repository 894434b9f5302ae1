// Writes all generated files.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { documents, generated } from "./documents.mjs";

for (const path of Object.keys(documents)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await generated(path));
}
