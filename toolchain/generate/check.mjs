// Fails when something generated is not what the code says.
import { readFileSync } from "node:fs";
import { documents, generated } from "./documents.mjs";

for (const path of Object.keys(documents)) {
    if (readFileSync(path, "utf8") === (await generated(path))) continue;
    console.error(`${path} is not what the code says. Write it anew: npm run generate`);
    process.exitCode = 1;
}
