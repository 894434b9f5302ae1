/** What a new release of this package may change, and how a preview explains it. */
import type { Kind, PlainArguments } from "../../../../provider/model/arguments/definition";
import { databaseArguments } from "../../../../provider/model/arguments/index";
import { describeRecorded } from "../../../../provider/model/changes/describe";
import { explainChanges } from "../../../../provider/model/changes/explanation";
import { type Format, currentFormat, formats, replacements } from "../../../../provider/model/changes/formats";
import { changesBetween } from "../../../../provider/model/changes/table";
import { present } from "../../../support/present";
import { forgetReplacements, formerArguments } from "../../support/former";

forgetReplacements();

const former = {
    RedisDatabase: formerArguments("RedisDatabase"),
    RedisReplica: formerArguments("RedisReplica"),
};

const between = (
    from: number,
    to: number,
    before: PlainArguments = {},
    after = before,
    kind: Kind = "RedisDatabase",
) => {
    const recorded = (args: PlainArguments, format: number) => ({ args: { ...former[kind], ...args }, format });
    const pair = present(describeRecorded(recorded(before, from), recorded(after, to), kind));
    return {
        rows: changesBetween(pair.before, pair.after, kind).map(({ id }) => id),
        said: explainChanges("sessions", pair.before, pair.after, { kind }),
    };
};

test("formats are numbered from 1, and the current one is the last", () => {
    expect(formats.map(({ format }) => format)).toEqual(formats.map((_format, index) => index + 1));
    expect(currentFormat).toBe(formats.length);
});

describe("replacements", () => {
    const all: readonly Format[] = [
        { format: 1 },
        { format: 2, replaces: "two" },
        { format: 3 },
        { format: 4, replaces: "four" },
    ];

    test.each([
        [1, 2, ["two"]],
        [1, 3, ["two"]],
        [2, 3, []],
        [2, 4, ["four"]],
        [3, 4, ["four"]],
        [1, 4, ["two", "four"]],
        [4, 4, []],
        // An older package on a newer state does not know the reason.
        [4, 1, []],
    ])("from %i to %i", (from, to, reasons) => {
        expect(replacements(from, to, all)).toEqual(reasons);
    });

    test("are those of the package by default", () => {
        expect(replacements(1, currentFormat)).toEqual(formats.flatMap(({ replaces }) => replaces ?? []));
    });
});

describe("a format that replaces servers", () => {
    const next = currentFormat + 1;
    const list = formats as Format[];
    beforeAll(() => list.push({ format: next, replaces: "its files move" }));
    afterAll(() => list.pop());

    test("is a change without any changed argument, and the preview gives the reason", () => {
        const { rows, said } = between(currentFormat, next);
        expect(rows).toEqual(["release"]);
        expect(said).toMatch(
            /^RedisDatabase "sessions": the server is replaced, its data is kept on its volume, [^:]+: release of this package;/,
        );
        expect(said).toMatch(/; its files move\.$/);
    });

    test("is not a change if the format stays the same, and is explained next to other changes", () => {
        expect(between(next, next)).toEqual({ rows: [], said: undefined });
        expect(between(1, next, {}, { memoryMb: 1024 }).rows).toEqual(["memory", "release"]);
    });
});

test("a format that replaces nothing is explained as such", () => {
    const line = 'RedisDatabase "sessions": created by an earlier release of this package; the server is not affected.';
    expect(between(1, 2)).toEqual({ rows: [], said: line });
});

describe("an argument introduced with a format", () => {
    const definition = databaseArguments.plaintext as { introduced?: object };
    const introduced = { format: currentFormat, before: false, reason: "plaintext is open by default from now on" };
    const before = currentFormat - 1;
    beforeAll(() => Object.assign(definition, { introduced }));
    afterAll(() => {
        delete definition.introduced;
    });

    test.each<Kind>(["RedisDatabase", "RedisReplica"])("changes an existing %s, with the reason", (kind) => {
        const { rows, said } = between(before, currentFormat, {}, {}, kind);
        expect(rows).toEqual(["container"]);
        expect(said).toContain("clients reconnect once: plaintext false → true");
        expect(said).toContain(`; ${introduced.reason}.`);
    });

    test("changes neither new components nor those that set the argument", () => {
        const [more, open, closed] = [{ memoryMb: 1024 }, { plaintext: true }, { plaintext: false }];
        for (const { rows, said } of [
            between(currentFormat, currentFormat, {}, more),
            between(before, currentFormat, open, { ...open, ...more }),
            between(before, currentFormat, {}, { ...closed, ...more }),
        ]) {
            expect(rows).toEqual(["memory"]);
            expect(said).not.toContain(introduced.reason);
        }
    });
});
