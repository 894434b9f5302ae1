/** Arguments that came after the first format, as servers were without them: for tests of what else an upgrade changes. */
import { definitions } from "../../../provider/model/arguments/index";
import { formats } from "../../../provider/model/changes/formats";
import type { Kind, PlainArguments } from "../../../provider/model/arguments/definition";

/** Makes tests of other changes blind to what formats replace. */
export function forgetReplacements(): void {
    for (const each of formats as unknown as { replaces?: string }[]) delete each.replaces;
}

export function formerArguments(kind: Kind): PlainArguments {
    return Object.fromEntries(
        Object.entries(definitions[kind]).flatMap(([name, { introduced }]) =>
            introduced ? [[name, introduced.before]] : [],
        ),
    );
}
