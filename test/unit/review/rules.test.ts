/** The rules: their codes are unique, and every text is complete. */
import { allProblems } from "../../../provider/model/problems";
import { rules } from "../../../provider/review/index";
import { register } from "../../../provider/review/rules/index";
import { dataLossRules } from "../../../provider/review/rules/dataLoss";

test("two rules with the same code are an error when the package is loaded", () => {
    expect(() => register(dataLossRules, { "volume-replaced": dataLossRules["volume-replaced"] })).toThrow(
        "two rules have the code redis-database/volume-replaced",
    );
});

test("no rule has the code of an error", () => {
    const errors = allProblems().map(({ code }) => code);
    expect(rules.filter(({ code }) => errors.includes(code))).toEqual([]);
});

test.each(rules.map((rule) => [rule.code, rule] as const))("%s has complete sentences", (code, rule) => {
    expect(code).toMatch(/^redis-database\/[a-z]+(-[a-z]+)*$/);
    expect(rule.title).toMatch(/^[A-Z][^.]*$/);
    expect(rule.meaning).toMatch(/^[A-Z`].*\.$/);
    expect(rule.danger).toMatch(/^[A-Z`].*\.$/);
    expect(rule.remedy).toMatch(/^[a-z].*[^.]$/);
});
