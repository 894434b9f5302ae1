/** Versions as people and the managed service write them. */
import fc from "fast-check";
import { defaultVersion, flavorNames, parseVersion, versionNames, versions } from "../../provider/spec/versions";
import { dataOf } from "./support/directiveData";

const suffixes = ["aof", "rdb", "nordb"] as const;

test("the versions are those that the README and the docstrings name", () => {
    expect(versionNames).toEqual(["6.0", "6.2", "7.0", "7.2", "7.4", "8.0", "8.2"]);
    expect(flavorNames).toEqual(suffixes);
    expect(defaultVersion).toBe("8.0");
});

describe.each(versionNames)("%s", (version) => {
    test("bare, it names no flavor", () => {
        expect(parseVersion(version)).toEqual({ version });
    });

    test.each(suffixes)("with -%s, it names the flavor", (flavor) => {
        expect(parseVersion(`${version}-${flavor}`)).toEqual({ version, flavor });
    });

    test("its image and its facts are of this very version", () => {
        expect(versions[version].image).toBe(`redis:${version}`);
        expect(versions[version].verifiedWith.startsWith(`${version}.`)).toBe(true);
        expect(dataOf(version).server).toBe(versions[version].verifiedWith);
    });
});

test("everything else is no version", () => {
    const right = new Set(versionNames.flatMap((version) => [version, ...suffixes.map((s) => `${version}-${s}`)]));
    const text = fc.oneof(
        fc.string(),
        fc.stringMatching(/^ ?v?[0-9]{1,2}\.[0-9]{1,2}(\.[0-9]{1,2})?-{0,2}(aof|AOF|rdb|nordb|none|)-?(aof)? ?$/),
        fc.constantFrom(
            "",
            "-",
            "-aof",
            "7",
            "8.0-",
            "8.0-aof-aof",
            "8.0-AOF",
            " 8.0",
            "8.0\n",
            "__proto__",
            "toString",
        ),
    );
    fc.assert(
        fc.property(text, (written) => {
            fc.pre(!right.has(written));
            expect(parseVersion(written)).toBeUndefined();
        }),
        { numRuns: 1000 },
    );
});
