/** The formats in which `redisdb review` prints and writes a review. */
import { accessSync, constants, existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Review, rules } from "../../review/index";
import { codeQuality } from "../../review/output/codeQuality";
import { json } from "../../review/output/json";
import { junit } from "../../review/output/junit";
import { codeHosts, fit } from "../../review/output/markdown";
import { sarif } from "../../review/output/sarif";
import { UsageError } from "../commandErrors";
import { reviewText } from "../output/review";
import type { Screen } from "../output/screen";
import { packageVersion } from "../package";

export const formats = ["text", "markdown", "json", "sarif", "junit", "gitlab"] as const;

export type Format = (typeof formats)[number];

/** Text in a file has no colors, and its lines are not wrapped. */
export function formatted(
    review: Review,
    format: Format,
    style: Screen["style"] = (_style, text) => text,
    width?: number,
): string {
    switch (format) {
        case "text":
            return reviewText(review, style, width);
        case "markdown":
            return fit(review, codeHosts.github);
        case "json":
            return JSON.stringify(json(review), null, 2);
        case "sarif":
            return JSON.stringify(sarif(review, rules, packageVersion), null, 2);
        case "junit":
            return junit(review);
        case "gitlab":
            return JSON.stringify(codeQuality(review), null, 2);
    }
}

export interface Target {
    readonly format: Format;
    readonly file: string;
}

/** Reads the values of `--write`, such as `sarif=review.sarif`. */
export function parseTargets(values: readonly string[]): Target[] {
    return values.map((value) => {
        const [name = "", ...rest] = value.split("=");
        const format = formats.find((each) => each === name);
        const file = rest.join("=");
        if (format && file !== "") return checkedTarget(format, file);
        throw new UsageError(
            `--write: "${value}" is not FORMAT=FILE`,
            `give one of ${formats.join(", ")} and a file, such as --write sarif=review.sarif`,
        );
    });
}

/** Refused before anything is done, so that no review is lost. */
function checkedTarget(format: Format, file: string): Target {
    try {
        accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
        return { format, file };
    } catch (error) {
        throw new UsageError(
            `--write: ${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? ""})`,
            "name a file in a directory that exists and that you may write to",
        );
    }
}

export function write(review: Review, targets: readonly Target[]): void {
    for (const { format, file } of targets) writeFileSync(file, `${formatted(review, format).trimEnd()}\n`);
}
