// Writes all generated files.
import { writeFileSync } from "node:fs";
import { documents, generated } from "./documents.mjs";

for (const path of Object.keys(documents)) writeFileSync(path, await generated(path));
