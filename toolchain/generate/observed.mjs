// Prints the results of the version matrix at the end of `make test-versions`. If they are complete, it also records them
// and writes docs/versions.md.
import { readFileSync, writeFileSync } from "node:fs";
import { gaps, observedTable, pretty, recorded, versionsPage } from "./versions.mjs";

const seen = new URL("../../.local/engine/observed.json", import.meta.url);
const observed = JSON.parse(readFileSync(seen, "utf8"));

console.log(`\n${await observedTable(observed)}`);
const missing = gaps(observed);
if (missing.length > 0) {
    console.log(`docs/versions.md is unchanged, because results are missing: ${missing.join(", ")}`);
} else {
    writeFileSync(recorded, await pretty(JSON.stringify(observed), "json"));
    writeFileSync(new URL("../../docs/versions.md", import.meta.url), await versionsPage(observed));
    console.log("docs/versions.md now has these results.");
}
