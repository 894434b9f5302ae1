/** How Pulumi and Docker treat the database's resources. */
import { z } from "zod";
import { argument } from "./definition";
import { boolean } from "./schemas";

export const operationArguments = {
    deletionProtection: argument(boolean, {
        doc:
            "Whether Pulumi refuses to remove the database or its data. To remove it, set this to false, run `pulumi up`, " +
            "then remove it from the program or run `pulumi destroy`.",
        default: true,
        example: false,
        decides: true,
        changes: [{ row: "recorded" }],
    }),
    transform: argument(z.unknown(), {
        doc: "Last changes to the arguments of children, for what this component has no argument for. In process only.",
        decides: true,
        inProcess: true,
        type: "DatabaseTransforms",
    }),
};
