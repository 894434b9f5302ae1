// Prints what the matrix of versions saw, at the end of `make test-versions`. If nothing is missing, the documents say so from now on.
import { readFileSync, writeFileSync } from "node:fs";
import { gaps, observedTable, pretty, recorded, versionsPage } from "./versions.mjs";

const seen = new URL("../../.local/engine/observed.json", import.meta.url);
const observed = JSON.parse(readFileSync(seen, "utf8"));

console.log(`\n${await observedTable(observed)}`);
const missing = gaps(observed);
if (missing.length > 0) {
    console.log(`Not seen, so that docs/versions.md stays as it was: ${missing.join(", ")}`);
} else {
    writeFileSync(recorded, await pretty(JSON.stringify(observed), "json"));
    writeFileSync(new URL("../../docs/versions.md", import.meta.url), await versionsPage(observed));
    console.log("docs/versions.md says so, too.");
}
