/** Deliberate exceptions: which finding they allow, and what is wrong with entries. */
import {
    type Exception,
    InvalidExceptions,
    UnknownFailOn,
    parseFailOn,
    readExceptions,
    readPreview,
    reviewPreviews,
} from "../../../provider/review/index";

const state = { type: "docker:index/volume:Volume", inputs: {}, custom: true };
const urn = (stack: string) => `urn:pulumi:${stack}::shop::docker:index/volume:Volume::uploads`;
const deletion = (stack = "production") =>
    readPreview(JSON.stringify({ steps: [{ op: "delete", urn: urn(stack), oldState: state }] }));

const today = new Date("2026-11-27T12:00:00Z");
const exception: Exception = {
    database: "uploads",
    code: "redis-database/volume-deleted",
    reason: "copied to the new volume",
    expires: "2026-11-27",
};

const review = (base: readonly Exception[], proposed = base, stacks = ["production"]) =>
    reviewPreviews(
        stacks.map((stack) => ({ preview: deletion(stack) })),
        { exceptions: { base, proposed, file: "redisdb-allow.yaml" }, today },
    );

const codes = (base: readonly Exception[], stacks?: readonly string[]) =>
    review(base, base, stacks ? [...stacks] : undefined).stacks.flatMap(({ findings }) =>
        findings.map(({ code }) => code),
    );

test("an exception allows its finding until the end of its date", () => {
    const { exitCode, stacks } = review([exception]);
    expect(exitCode).toBe(0);
    expect(stacks[0]?.findings).toMatchObject([
        {
            code: "redis-database/volume-deleted",
            allowed: { reason: "copied to the new volume", expires: "2026-11-27" },
        },
    ]);
});

test("an exception that the pull request adds does not apply, and is shown", () => {
    const { exitCode, addedExceptions } = review([], [exception]);
    expect(exitCode).toBe(5);
    expect(addedExceptions).toEqual([exception]);
});

test("an expired exception does not apply, and is a finding", () => {
    expect(review([{ ...exception, expires: "2026-11-26" }]).exitCode).toBe(5);
    expect(codes([{ ...exception, expires: "2026-11-26" }])).toContain("redis-database/exception-expired");
});

test.each([{ database: "other" }, { code: "redis-database/volume-replaced" }])(
    "an exception of %j allows nothing else, and is a finding",
    (other) => {
        expect(review([{ ...exception, ...other }]).exitCode).toBe(5);
        expect(codes([{ ...exception, ...other }])).toContain("redis-database/exception-unused");
    },
);

test("an exception of one stack applies to that stack only, and is not unused where that stack is not reviewed", () => {
    const ofStaging = { ...exception, stack: "staging" };
    expect(review([ofStaging]).exitCode).toBe(5);
    expect(codes([ofStaging])).toEqual(["redis-database/volume-deleted"]);
    const { stacks } = review([ofStaging], [ofStaging], ["staging", "production"]);
    expect(stacks.map(({ findings }) => findings.map(({ allowed }) => allowed !== undefined))).toEqual([
        [true],
        [false],
    ]);
});

test("a file is read, and an empty one has no exceptions", () => {
    expect(readExceptions({ allow: [exception] })).toEqual([exception]);
    expect(readExceptions(null)).toEqual([]);
});

test("all problems of a file are reported, with their paths", () => {
    const problems = () =>
        readExceptions({
            allow: [
                { ...exception, reason: " ", expires: "soon" },
                { database: "a", code: "volume" },
            ],
        });
    expect(problems).toThrow(InvalidExceptions);
    expect(problems).toThrow(
        [
            "allow[0].reason: say why this is allowed",
            "allow[0].expires: give a date such as 2027-01-31",
            "allow[1].code: give the code of a rule, such as redis-database/volume-replaced",
            "allow[1].reason: say why this is allowed",
            "allow[1].expires: give a date such as 2027-01-31",
        ].join("\n"),
    );
    expect(() => readExceptions({ allowed: [] })).toThrow(InvalidExceptions);
});

test("--fail-on takes severities and codes", () => {
    expect(parseFailOn("downtime, volume-deleted,redis-database/urls-changed")).toEqual([
        "downtime",
        "redis-database/volume-deleted",
        "redis-database/urls-changed",
    ]);
    expect(parseFailOn("none")).toEqual([]);
    expect(() => parseFailOn("")).toThrow(UnknownFailOn);
    expect(() => parseFailOn("dataloss")).toThrow(UnknownFailOn);
    const failing = (failOn: string[]) => reviewPreviews([{ preview: deletion() }], { failOn, today }).exitCode;
    expect([failing(["downtime"]), failing(["redis-database/volume-deleted"]), failing([])]).toEqual([0, 5, 0]);
});
