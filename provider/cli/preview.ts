/** `redisdb preview`, followed by a verb that changes a database: shows what the verb would do. */
import type { Change } from "../platform/index";
import { previewText } from "./output/databases";
import type { Call, Result, Session, Verb } from "./verb";

/** A change of a database's arguments. */
export interface ChangeOf {
    readonly handle: string;
    readonly change: Change;
}

/** The preview of a change of arguments. */
export async function previewChange({ platform, options }: Session, { handle, change }: ChangeOf): Promise<Result> {
    const value = await platform.preview(handle, change, options);
    return { value, text: previewText(value) };
}

/** The preview of a verb. It has the same operands and flags. */
export function previewOf(verb: Verb, run: (session: Session, call: Call) => Promise<Result>): Verb {
    return {
        ...verb,
        summary: `show what \`redisdb ${verb.name}\` would do`,
        description: "Changes nothing. Says what would happen to the server, its data and its clients.",
        examples: verb.examples.map((example) => `preview ${example}`),
        run,
    };
}
