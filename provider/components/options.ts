/** Rejects Pulumi resource options that do not work on these components. */
import type * as pulumi from "@pulumi/pulumi";
import { optionProblems, unusable } from "../model/arguments/options";
import { finding } from "../model/findings";
import { type Identity, invalid } from "./inputs";

/** Returns the options, or throws an error that reports every problem. `false` and empty lists are ignored. */
export function checkOptions(
    identity: Identity,
    opts: pulumi.ComponentResourceOptions,
): pulumi.ComponentResourceOptions {
    const findings = Object.entries(unusable).flatMap(([name, { problem, remedy }]) => {
        const value: unknown = opts[name as keyof typeof opts];
        const off = value === undefined || value === false || (Array.isArray(value) && value.length === 0);
        return off ? [] : [finding(optionProblems.unusable, `opts.${name}`, problem, remedy)];
    });
    if (findings.length > 0) throw invalid(identity, findings);
    return opts;
}
