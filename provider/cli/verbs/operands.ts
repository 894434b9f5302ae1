/** The operands and flags that several verbs have. */
import { Argument, Option } from "commander";
import type { Call } from "../verb";
import { UsageError } from "../commandErrors";

export const handle = () => new Argument("<handle>", "the database or replica");
export const optionalHandles = () => new Argument("[handle...]", "the databases and replicas; all, if none is given");

/** A required operand, by its position. commander has checked that it is present. */
export function operand({ operands }: Call, index: number): string {
    return operands[index] ?? "";
}

export const to = () => new Option("--to <version>", "the version, such as 8.6; list them with `redisdb versions`");

export function textFlag({ flags }: Call, name: string): string | undefined {
    const value = flags[name];
    return typeof value === "string" ? value : undefined;
}

/** The value of a flag that the verb needs. */
export function requiredFlag(call: Call, name: string, example: string): string {
    const value = textFlag(call, name);
    if (value === undefined) throw new UsageError(`--${name} is missing`, `give it, such as --${name} ${example}`);
    return value;
}
