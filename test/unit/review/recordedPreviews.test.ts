/** Reviews of recorded previews of real programs: what each says, and which changes fail. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { reviewText } from "../../../provider/cli/output/review";
import { type Review, readPreview, reviewPreviews } from "../../../provider/review/index";
import { scenarios } from "../../support/previews/scenarios";

const folder = join(__dirname, "../../fixtures/previews");

/** A day on which no version of the recorded programs has ended. */
const today = new Date("2026-01-15");

const recorded = (file: string): Review =>
    reviewPreviews([{ preview: readPreview(readFileSync(join(folder, file), "utf8")) }], { today });

const text = (review: Review) => reviewText(review, (_style, line) => line);

const all = Object.entries(scenarios);

test.each(all)("%s", (name) => {
    expect(text(recorded(`${name}.json`))).toMatchSnapshot();
});

test.each(all.filter(([, { loses, fails }]) => loses && !fails))("%s loses data: the exit code is 5", (name) => {
    const { exitCode, failing } = recorded(`${name}.json`);
    expect(exitCode).toBe(5);
    expect(failing.map(({ severity }) => severity)).toContain("data-loss");
});

const harmless = all.filter((each) => each[1].harmless);

test.each(harmless)("%s is harmless: no finding fails the review", (name) => {
    expect(recorded(`${name}.json`)).toMatchObject({ exitCode: 0, failing: [] });
});

test("there are at least 25 harmless changes, and 30 changes in total", () => {
    expect(harmless.length).toBeGreaterThanOrEqual(25);
    expect(all.length).toBeGreaterThanOrEqual(30);
});

test.each(all.filter((each) => each[1].fails))("%s fails: the exit code is 1, with the error first", (name) => {
    const review = recorded(`${name}.json`);
    expect(review.exitCode).toBe(1);
    expect(text(review)).toMatch(/^preview failed: /);
});

test.each(all.filter((each) => each[1].stream))("%s: the event stream gives the same findings", (name) => {
    const findings = (review: Review) =>
        review.stacks.flatMap((stack) => stack.findings.map(({ code, urn, message }) => ({ code, urn, message })));
    const [document, stream] = [recorded(`${name}.json`), recorded(`${name}.events.ndjson`)];
    expect(findings(stream)).toEqual(findings(document));
    expect(stream.stacks[0]?.databases.map(({ explanation }) => explanation)).toEqual(
        document.stacks[0]?.databases.map(({ explanation }) => explanation),
    );
    expect(stream.stacks[0]?.notes).toEqual([]);
});

test("each recorded preview belongs to a scenario", () => {
    const names = new Set(readdirSync(folder).map((file) => file.replace(/\.(json|events\.ndjson)$/, "")));
    expect([...names].sort()).toEqual(Object.keys(scenarios).sort());
});

/** The component and the review use the same table, and the review does not see secrets. */
test.each(all)("%s: the explanation is that of the component, where no secret changes", (name) => {
    const file = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as {
        diagnostics?: readonly { urn?: string; message: string; severity: string }[];
    };
    const said = (file.diagnostics ?? [])
        .filter(({ severity, message }) => severity === "info" && /^Redis(Database|Replica) "/.test(message))
        // In Python, the component spells arguments as the program does.
        .map(({ message }) => message.trim().replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()))
        .filter((message) => !/known only during the update|first update did not complete/.test(message));
    const explanations = recorded(`${name}.json`).stacks.flatMap(({ databases }) =>
        databases.map(({ explanation }) => explanation),
    );
    const hidden = /a secret argument changes/;
    if (explanations.some((each) => hidden.test(each))) return;
    expect(explanations).toEqual(expect.arrayContaining(said));
});
