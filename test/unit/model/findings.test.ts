/** The wording of findings. */
import fc from "fast-check";
import { finding, formatFindings, nearest, problem, show, wrongValue } from "../../../provider/model/findings";

const tooLittle = problem("too-little", "It is too little.", "give more");

describe("a finding", () => {
    test("has the code and the remedy of its problem", () => {
        expect(finding(tooLittle, "memoryMb", "is 1")).toEqual({
            code: "redis-database/too-little",
            path: "memoryMb",
            problem: "is 1",
            remedy: "give more",
        });
    });

    test("may have a more specific remedy", () => {
        expect(finding(tooLittle, "memoryMb", "is 1", "give 32").remedy).toBe("give 32");
    });
});

describe("formatFindings", () => {
    const one = finding(tooLittle, "memoryMb", "is 1 (a number)");

    test("one problem", () => {
        expect(formatFindings("sessions", [one])).toBe(
            [
                'RedisDatabase "sessions": 1 problem in its arguments; nothing was touched.',
                "  memoryMb: is 1 (a number)",
                "    → give more [redis-database/too-little]",
            ].join("\n"),
        );
    });

    test("several problems by their paths", () => {
        const findings = ["a[10]", "b", "a[9]"].map((path) => ({ ...one, path }));
        expect(formatFindings("sessions", findings).split("\n")).toEqual([
            'RedisDatabase "sessions": 3 problems in its arguments; nothing was touched.',
            "  a[9]: is 1 (a number)",
            "    → give more [redis-database/too-little]",
            "  a[10]: is 1 (a number)",
            "    → give more [redis-database/too-little]",
            "  b: is 1 (a number)",
            "    → give more [redis-database/too-little]",
        ]);
    });
});

describe("nearest", () => {
    const known = ["memoryMb", "maxmemoryPolicy", "bindAddress", "tls", "host"];

    test.each([
        ["memoryMB", "memoryMb"],
        ["MEMORYMB", "memoryMb"],
        ["memory", "memoryMb"],
        ["maxMemoryPolicy", "maxmemoryPolicy"],
        ["bindAdress", "bindAddress"],
        ["bind_address", "bindAddress"],
        ["tsl", "tls"],
        ["hosts", "host"],
    ])("%s suggests %s", (written, meant) => {
        expect(nearest(written, known)).toBe(meant);
    });

    test.each(["", "x", "ab", "replicas", "shape", "memoryPolicyMaximum"])("%j suggests nothing", (written) => {
        expect(nearest(written, known)).toBeUndefined();
    });

    test("names without a common letter are never suggested, however short", () => {
        expect([nearest("db", ["ca", "hz"]), nearest("", ["hz"]), nearest("hx", ["hz"])]).toEqual([
            undefined,
            undefined,
            "hz",
        ]);
    });

    test("there is no suggestion without known names", () => {
        expect(nearest("memoryMb", [])).toBeUndefined();
    });

    test("a name with one extra letter is always suggested", () => {
        fc.assert(
            fc.property(fc.constantFrom(...known), fc.nat(), fc.stringMatching(/^[a-z]$/), (name, position, letter) => {
                const at = position % (name.length + 1);
                expect(nearest(name.slice(0, at) + letter + name.slice(at), known)).toBe(name);
            }),
        );
    });
});

describe("wrongValue", () => {
    test.each<[unknown, Parameters<typeof wrongValue>[1], string]>([
        [undefined, {}, "is missing"],
        ["  ", { isSecret: true }, "is empty"],
        ["256", {}, 'is "256"'],
        ["256", { isWrongType: true }, 'is "256" (a string)'],
        ["hunter2", { isSecret: true }, "is not usable (its value is not shown)"],
        ["hunter2", { isSecret: true, isWrongType: true }, "is a string (its value is not shown)"],
        [["hunter2"], { isSecret: true }, "is a list (its value is not shown)"],
        [12345, { isSecret: true }, "is a number (its value is not shown)"],
        [null, { isSecret: true }, "is null"],
    ])("%j, %j: %s", (value, about, text) => {
        expect(wrongValue(value, about)).toBe(text);
    });
});

describe("show", () => {
    test.each([
        ["7.3", '"7.3"'],
        ['say "hi"', '"say \\"hi\\""'],
        ["two\nlines", '"two\\nlines"'],
        [7, "7 (a number)"],
        [NaN, "NaN (not a number)"],
        [true, "true (a boolean)"],
        [null, "null"],
        [512n, "512n (a bigint)"],
        [Symbol("s"), "Symbol(s) (a symbol)"],
        [() => 1, "a function"],
        [["a"], "[ 'a' ] (a list)"],
        [{ a: 1 }, "{ a: 1 } (an object)"],
        ["x".repeat(80), `"${"x".repeat(56)}…`],
    ])("%p", (value, shown) => {
        expect(show(value)).toBe(shown);
    });

    test("a circular object", () => {
        const loop: Record<string, unknown> = {};
        loop.self = loop;
        expect(show(loop)).toBe("<ref *1> { self: [Circular *1] } (an object)");
    });

    test("any value is shown on one short line", () => {
        fc.assert(
            fc.property(fc.anything({ withBigInt: true, withMap: true, withSet: true, withDate: true }), (value) => {
                expect(show(value)).toMatch(/^[^\n\r]{1,75}$/);
            }),
            { numRuns: 1000 },
        );
    });

    test("a value of several lines is shown on one line", () => {
        const long = Array.from({ length: 30 }, (_, index) => index);
        expect(show(long)).toBe("[ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 1… (a list)");
        expect(show(new Error("two\nlines"))).toMatch(/^Error: two lines at [^\n]*… \(an object\)$/);
    });
});
