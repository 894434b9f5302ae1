/** Turns a component's arguments into a request for a server. */
import type { PlainArguments } from "../model/arguments/definition";
import type { ServerPlan } from "../model/plan";
import { type CheckedArguments, type Identity, recordedInputs } from "./inputs";
import type { UserPasswords } from "./server/passwords";
import type { OwnSecrets, ServerRequest } from "./server/prepare";
import type { DatabaseTransforms } from "./transforms";

/**
 * `args` have been checked, and `plan` is based on them. `sharedUsers` are the users that a replica shares with its
 * database.
 */
export function requestServer(
    identity: Identity,
    args: PlainArguments,
    { spec }: CheckedArguments,
    plan: ServerPlan,
    sharedUsers?: UserPasswords,
): ServerRequest {
    const { transform, password, users, tls, backup, restoreFrom } = args as {
        readonly transform?: DatabaseTransforms;
        readonly password?: OwnSecrets["password"];
        readonly users?: OwnSecrets["users"];
        readonly tls?: Pick<OwnSecrets, "ca" | "certificate">;
        readonly restoreFrom?: OwnSecrets["restoreFrom"];
        readonly backup?: unknown;
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
            ...(restoreFrom && { restoreFrom }),
            backup,
        },
        ...(transform && { transform }),
    };
}
