/** The operands that several verbs have, and how verbs read operands and flags. */
import { Argument } from "commander";
import type { Call } from "../verb";

export const handle = () => new Argument("<handle>", "the database or replica");
export const optionalHandles = () => new Argument("[handle...]", "the databases and replicas; all, if none is given");

/** A required operand, by its position. commander has checked that it is present. */
export function operand({ operands }: Call, index: number): string {
    return operands[index] ?? "";
}

export function textFlag({ flags }: Call, name: string): string | undefined {
    const value = flags[name];
    return typeof value === "string" ? value : undefined;
}
