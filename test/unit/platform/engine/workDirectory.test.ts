/** What the CLI finds in the directory in which it runs. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WorkDirectory } from "../../../../provider/platform/engine/workDirectory";
import { settingsFrom } from "../../../../provider/platform/options";

test("the CLI runs a JavaScript program, and only this user can read what it deploys", () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), "redis-database-work-"));
    try {
        const settings = settingsFrom({ dataDirectory });
        const directory = new WorkDirectory(settings, "a", { salt: "v1:salt" }, { name: "a", args: {} });
        const read = (file: string) => JSON.parse(readFileSync(join(directory.path, file), "utf8")) as unknown;
        expect(read("Pulumi.yaml")).toEqual({
            name: "redis",
            runtime: { name: "nodejs", options: { typescript: false } },
            main: "index.js",
        });
        expect(read("Pulumi.a.yaml")).toEqual({ encryptionsalt: "v1:salt" });
        expect(read("specification.json")).toEqual({ name: "a", args: {} });
        expect(statSync(join(directory.path, "specification.json")).mode & 0o777).toBe(0o600);
    } finally {
        rmSync(dataDirectory, { recursive: true });
    }
});
