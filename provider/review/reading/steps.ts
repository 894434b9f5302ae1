/** Reads steps, which the outputs of Pulumi write in similar ways. */
import type { ResourceState, Step } from "../preview";
import { isObject, listAt, objectAt, propertiesAt, textAt } from "./values";

/** `undefined` if there is none. */
export function readState(value: unknown, name: string): (ResourceState & { readonly urn?: string }) | undefined {
    if (!isObject(value) || !isObject(value[name])) return undefined;
    const state = objectAt(value, name);
    const [parent, urn] = [textAt(state, "parent"), textAt(state, "urn")];
    return {
        inputs: propertiesAt(state, "inputs"),
        outputs: propertiesAt(state, "outputs"),
        ...(parent ? { parent } : {}),
        ...(urn ? { urn } : {}),
        protect: state.protect === true,
        retainOnDelete: state.retainOnDelete === true,
        stackTrace: listAt(state, "stackTrace").flatMap((frame) => textAt(frame, "sourcePosition") ?? []),
    };
}

interface Parts extends Pick<Step, "replaces" | "differs"> {
    readonly operation: string | undefined;
    readonly urn: string | undefined;
    readonly old: ReturnType<typeof readState>;
    readonly next: ReturnType<typeof readState>;
}

/** `undefined` if the operation or the URN is missing. */
export function readStep({ operation, urn, old, next, replaces, differs }: Parts): Step | undefined {
    const address = urn === undefined ? undefined : parseUrn(urn);
    if (operation === undefined || urn === undefined || !address) return undefined;
    const { type, name } = address;
    return {
        operation,
        urn,
        oldUrn: old?.urn ?? urn,
        type,
        name,
        ...(old && { old }),
        ...(next && { next }),
        replaces,
        differs,
    };
}

/** `urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME`. The name may contain `::`. */
export function parseUrn(urn: string) {
    const found = /^urn:pulumi:(.*?)::(.*?)::(.*?)::(.*)$/s.exec(urn);
    if (!found) return undefined;
    const [, stack = "", project = "", types = "", name = ""] = found;
    return { stack, project, type: types.split("$").at(-1) ?? "", name };
}
