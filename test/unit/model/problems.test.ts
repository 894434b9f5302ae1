/** The record of all errors, which docs/errors.md lists. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { allProblems } from "../../../provider/model/problems";

const model = join(__dirname, "../../../provider/model");

test("has every problem that the code makes", () => {
    const sources = readdirSync(model, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const made = sources.flatMap((name) =>
        [...readFileSync(join(model, name), "utf8").matchAll(/\bproblem\(\s*"([a-z0-9.-]+)"/g)].map(([, code]) => code),
    );
    const known = allProblems().map(({ code }) => code.replace("redis-database/", ""));
    expect(made.length).toBeGreaterThan(30);
    expect(made.filter((code) => !known.includes(code ?? ""))).toEqual([]);
});
