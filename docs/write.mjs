// Writes the documents that the code writes.
import { writeFileSync } from "node:fs";
import { generatedDocuments } from "./generated.mjs";

for (const [path, text] of Object.entries(await generatedDocuments())) writeFileSync(path, text);
