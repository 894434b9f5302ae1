/** Previews that are damaged or hostile: the review never crashes, drops nothing and reveals no secret. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { reviewText } from "../../../provider/cli/output/review";
import { type Review, UnreadablePreview, readPreview, reviewPreviews } from "../../../provider/review/index";
import { codeQuality } from "../../../provider/review/output/codeQuality";
import { json } from "../../../provider/review/output/json";
import { junit } from "../../../provider/review/output/junit";
import { codeHosts, fit } from "../../../provider/review/output/markdown";

const read = (file: string) => readFileSync(join(__dirname, "../../fixtures/previews", file), "utf8");

const document = read("password-without-grace.json");
const stream = read("volume-label.events.ndjson");

const outputs = (review: Review): string[] => [
    reviewText(review, (_style, line) => line),
    fit(review, codeHosts.github),
    JSON.stringify(json(review)),
    junit(review),
    JSON.stringify(codeQuality(review)),
];

/** The outputs; undefined if the text is no preview. */
function reviewed(text: string): string[] | undefined {
    try {
        return outputs(reviewPreviews([{ preview: readPreview(text) }]));
    } catch (error) {
        if (error instanceof UnreadablePreview) return undefined;
        throw error;
    }
}

/** Changes one value of a document, at a place that the numbers choose. */
function damage(value: unknown, path: readonly number[], replacement: unknown): unknown {
    const [first, ...rest] = path;
    if (first === undefined || typeof value !== "object" || value === null) return replacement;
    const keys = Object.keys(value);
    if (keys.length === 0) return replacement;
    const key = keys[first % keys.length] ?? "";
    const changed = damage((value as Record<string, unknown>)[key], rest, replacement);
    if (Array.isArray(value)) {
        return changed === undefined
            ? value.filter((_each, index) => String(index) !== key)
            : value.map((each: unknown, index) => (String(index) === key ? changed : each));
    }
    const others = Object.entries(value).filter(([name]) => name !== key);
    return Object.fromEntries(changed === undefined ? others : [...others, [key, changed]]);
}

const damages = fc.record({
    path: fc.array(fc.nat(40), { minLength: 1, maxLength: 9 }),
    replacement: fc.oneof(
        { weight: 2, arbitrary: fc.constant(undefined) },
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom("delete", "replace", "shred", "same", "", "[secret]", "__proto__", 1e308, -1),
    ),
});

const runs = 5000;

test("5,000 damaged documents are reviewed", () => {
    const original: unknown = JSON.parse(document);
    fc.assert(
        fc.property(fc.array(damages, { minLength: 1, maxLength: 4 }), (all) => {
            const damaged = all.reduce((value, { path, replacement }) => damage(value, path, replacement), original);
            reviewed(JSON.stringify([damaged]).slice(1, -1));
        }),
        { numRuns: runs },
    );
});

test("5,000 damaged event streams are reviewed", () => {
    const original: unknown[] = stream
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown);
    fc.assert(
        fc.property(fc.array(damages, { minLength: 1, maxLength: 4 }), (all) => {
            const damaged = all.reduce<unknown>(
                (value, { path, replacement }) => damage(value, path, replacement),
                original,
            );
            const lines = Array.isArray(damaged) ? (damaged as unknown[]) : [damaged];
            reviewed(lines.map((line) => JSON.stringify(line)).join("\n"));
        }),
        { numRuns: runs },
    );
});

test("text that was cut off is reviewed or refused", () => {
    for (let length = 0; length < stream.length; length += Math.ceil(stream.length / 300)) {
        reviewed(stream.slice(0, length));
        reviewed(document.slice(0, Math.min(length, document.length)));
    }
});

/** As `pulumi preview --json --show-secrets` prints them: the review must hide what the model knows to be secret. */
test("secrets that a preview shows are not in any output", () => {
    const canary = "CanaryCanaryCanaryCanary";
    const shown = JSON.parse(document.replaceAll("[secret]", canary)) as { steps: { newState?: unknown }[] };
    const text = JSON.stringify(shown);
    expect(text).toContain(canary);
    for (const output of reviewed(text) ?? []) expect(output).not.toContain(canary);
});

test.each(["constructor", "toString", "__proto__"])("an argument that every object seems to have: %s", (name) => {
    const text = document.replaceAll('"memoryMb":', `"${name}": { "a": 1 }, "memoryMb":`);
    expect(text).not.toBe(document);
    expect(reviewed(text)).toBeDefined();
});

test("an operation that no release knows is reported", () => {
    const { steps, ...rest } = JSON.parse(document) as { steps: Record<string, unknown>[] };
    const unknown = steps.map((step, index) => (index === 1 ? { ...step, op: "transmute" } : step));
    const review = reviewPreviews([{ preview: readPreview(JSON.stringify({ ...rest, steps: unknown })) }]);
    expect(review.stacks[0]?.findings).toContainEqual(
        expect.objectContaining({
            code: "redis-database/unknown-operation",
            message: 'the engine plans the operation "transmute"',
        }),
    );
    expect(review.stacks[0]?.counts).toBeDefined();
});

test("an entry that cannot be read is reported", () => {
    const { steps, ...rest } = JSON.parse(document) as { steps: Record<string, unknown>[] };
    const review = reviewPreviews([{ preview: readPreview(JSON.stringify({ ...rest, steps: [...steps, {}, 7] })) }]);
    expect(review.stacks[0]?.findings).toContainEqual(
        expect.objectContaining({
            code: "redis-database/unreadable-entry",
            message: "2 entries of the preview cannot be read",
        }),
    );
});

test("very deep values are reviewed", () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const { steps, ...rest } = JSON.parse(document) as { steps: Record<string, unknown>[] };
    const text = JSON.stringify({ ...rest, steps }).replace('"memoryMb":', `"users":${deep},"memoryMb":`);
    expect(text).toContain("[[[[");
    expect(reviewed(text)).toBeDefined();
});
