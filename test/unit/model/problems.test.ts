/** The list of all errors, from which docs/errors.md is generated. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { allProblems } from "../../../provider/model/problems";

const model = join(__dirname, "../../../provider/model");

test("contains every problem that the code defines", () => {
    const sources = readdirSync(model, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const defined = sources.flatMap((name) =>
        [...readFileSync(join(model, name), "utf8").matchAll(/\bproblem\(\s*"([a-z0-9.-]+)"/g)].map(([, code]) => code),
    );
    const known = allProblems().map(({ code }) => code.replace("redis-database/", ""));
    expect(defined.length).toBeGreaterThan(30);
    expect(defined.filter((code) => !known.includes(code ?? ""))).toEqual([]);
});
