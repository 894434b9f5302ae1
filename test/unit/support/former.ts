/** Excludes formats and newer arguments from tests that are about other changes of an upgrade. */
import { definitions } from "../../../provider/model/arguments/index";
import { formats } from "../../../provider/model/changes/formats";
import type { Kind, PlainArguments } from "../../../provider/model/arguments/definition";

/** Removes the replacements that new formats cause. */
export function forgetReplacements(): void {
    for (const each of formats as unknown as { replaces?: string }[]) delete each.replaces;
}

/** Arguments introduced after the first format, with the values that match earlier servers. */
export function formerArguments(kind: Kind): PlainArguments {
    return Object.fromEntries(
        Object.entries(definitions[kind]).flatMap(([name, { introduced }]) =>
            introduced ? [[name, introduced.before]] : [],
        ),
    );
}
