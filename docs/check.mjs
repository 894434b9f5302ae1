// Fails when a document is not what the code says.
import { readFileSync } from "node:fs";
import { generatedDocuments } from "./generated.mjs";

for (const [path, text] of Object.entries(await generatedDocuments())) {
    if (readFileSync(path, "utf8") === text) continue;
    console.error(`${path} is not what the code says. Write it anew: npm run docs`);
    process.exitCode = 1;
}
