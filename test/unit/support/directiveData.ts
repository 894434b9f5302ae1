/** The directive data on disk, read without the code under test, and sample values of each kind. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { checkConfig } from "../../../provider/model/arguments/directiveChecks";
import { type ConfigValue, type Directive, directivesOf } from "../../../provider/model/catalog/directives";
import { type Engine, type Release, versions } from "../../../provider/model/catalog/versions";

const directory = join(__dirname, "../../../provider/model/catalog/directives");

interface DirectiveFile {
    /** The patch release of the server from which the data was captured. */
    readonly server: string;
    readonly directives: Readonly<Record<string, Directive>>;
}

/** The data of a release, or of the newest release whose data it uses. */
export function dataOf(release: Release): DirectiveFile {
    const own = versions[release].directivesOf?.at(-1) ?? release;
    return JSON.parse(readFileSync(join(directory, `${own}.json`), "utf8")) as DirectiveFile;
}

/** The directives that `config` may set. */
export function freeDirectives(version: Release): [name: string, directive: Directive][] {
    const all = Object.entries(directivesOf(version));
    return all.filter(([name]) => checkConfig(version, { [name]: "" })[0]?.problem !== "is managed by the component");
}

/** A value for `config`, with the words that Redis should parse from its line. */
export type Sample = readonly [value: ConfigValue, words: readonly string[]];

const oneLine = fc
    .oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^["'\\ \t#a-z$]*$/))
    .filter((text) => !/[\r\n\0]/.test(text));
const word = oneLine.map((text) => text.replace(/\s/g, "")).filter((text) => text !== "");

export function samples(name: string, { kind, values = [], min, max }: Directive): fc.Arbitrary<Sample> {
    const plain = (value: ConfigValue): Sample => [value, [String(value)]];
    const bytes = fc
        .tuple(fc.nat(), fc.constantFrom("", "b", "k", "KB", "mb", "G", "gb"))
        .map(([number, unit]) => plain(`${number}${unit}`));
    switch (kind) {
        case "boolean":
            return fc.constantFrom<Sample>([true, ["yes"]], [false, ["no"]], ["yes", ["yes"]], ["no", ["no"]]);
        case "integer": {
            const range = { min: Math.max(min ?? 0, -(2 ** 31)), max: Math.min(max ?? 2 ** 31, 2 ** 31) };
            return fc.integer(range).chain((number) => fc.constantFrom(plain(number), plain(String(number))));
        }
        case "memory":
            return fc.oneof(bytes, fc.nat().map(plain));
        case "memoryOrPercent":
            return fc.oneof(
                bytes,
                fc.nat({ max: 100 }).map((percent) => plain(`${percent}%`)),
            );
        case "enum":
            return fc.constantFrom(...values).map(plain);
        case "text":
            return oneLine.map(plain);
        case "words": {
            const classes = name === "client-output-buffer-limit" ? [4, 8, 12] : [1, 2, 3];
            return fc
                .constantFrom(...classes)
                .chain((count) => fc.array(word, { minLength: count, maxLength: count }))
                .map((words): Sample => [words.join(" "), words]);
        }
    }
}

/** The arguments that select a release. */
export function asked(release: Release): { readonly engine: Engine; readonly version: string } {
    const { engine, version } = versions[release];
    return { engine, version };
}
