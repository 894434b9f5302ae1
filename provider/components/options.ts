/** Pulumi's options for a component: those that would not do what they say are errors. */
import type * as pulumi from "@pulumi/pulumi";
import { optionProblems, unusable } from "../model/arguments/options";
import { finding } from "../model/findings";
import { type Identity, invalid } from "./inputs";

/** Returns the options, or throws all that is wrong with them. One that is off, or an empty list, asks for nothing. */
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
