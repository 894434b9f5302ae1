/** From a component's arguments to the server that it asks for. */
import type { PlainArguments } from "../model/arguments/definition";
import type { ServerPlan } from "../model/plan";
import { type CheckedArguments, type Identity, recordedInputs } from "./inputs";
import type { UserPasswords } from "./server/passwords";
import type { OwnSecrets, ServerRequest } from "./server/prepare";
import type { DatabaseTransforms } from "./transforms";

/** Of arguments that have been checked, and with the plan for them; a replica shares passwords with its database. */
export function requestServer(
    identity: Identity,
    args: PlainArguments,
    { spec }: CheckedArguments,
    plan: ServerPlan,
    sharedUsers?: UserPasswords,
): ServerRequest {
    const { transform, password, users, tls } = args as {
        readonly transform?: DatabaseTransforms;
        readonly password?: OwnSecrets["password"];
        readonly users?: OwnSecrets["users"];
        readonly tls?: Pick<OwnSecrets, "ca" | "certificate">;
    };
    return {
        identity,
        inputs: recordedInputs(identity, args, spec),
        plan,
        spec,
        secrets: {
            password,
            ...(users && { users }),
            ...(sharedUsers && { sharedUsers }),
            ca: tls?.ca,
            certificate: tls?.certificate,
        },
        ...(transform && { transform }),
    };
}
