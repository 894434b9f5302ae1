// Fails when docs/api.md is not what the docstrings say: writes it anew elsewhere and compares.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const fresh = mkdtempSync(join(tmpdir(), "api-"));
try {
    execFileSync("npx", ["typedoc", "--logLevel", "Warn", "--out", fresh], { stdio: "inherit" });
    if (readFileSync(join(fresh, "api.md"), "utf8") !== readFileSync("docs/api.md", "utf8")) {
        console.error("docs/api.md is not what the docstrings say. Write it anew: npm run docs");
        process.exitCode = 1;
    }
} finally {
    rmSync(fresh, { recursive: true });
}
