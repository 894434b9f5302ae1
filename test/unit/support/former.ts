/** Arguments that came after the first format, as servers were without them: for tests of what else an upgrade changes. */
import { definitions } from "../../../provider/model/arguments/index";
import type { Kind, PlainArguments } from "../../../provider/model/arguments/definition";

export function formerArguments(kind: Kind): PlainArguments {
    return Object.fromEntries(
        Object.entries(definitions[kind]).flatMap(([name, { introduced }]) =>
            introduced ? [[name, introduced.before]] : [],
        ),
    );
}
