// Fails if a generated file is out of date.
import { readFileSync } from "node:fs";
import { documents, generated } from "./documents.mjs";

for (const path of Object.keys(documents)) {
    if (readFileSync(path, "utf8") === (await generated(path))) continue;
    console.error(`${path} is out of date. Regenerate it: npm run generate`);
    process.exitCode = 1;
}
