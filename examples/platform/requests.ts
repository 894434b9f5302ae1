/** What developers can request, and how the platform library does it. */
import type { DatabaseSpec, OperationOptions, RedisPlatform } from "pulumi-redis-database/platform";

/** A request that starts an operation. Holds no secret. */
export type Request =
    | { readonly operation: "create"; readonly handle: string; readonly args: DatabaseSpec }
    | { readonly operation: "rotate" | "delete"; readonly handle: string };

/** Each of these can be repeated after an interruption: it continues where it stopped. */
export async function perform(platform: RedisPlatform, request: Request, options: OperationOptions): Promise<void> {
    const { handle } = request;
    switch (request.operation) {
        case "create":
            await platform.create(handle, request.args, options);
            return;
        case "rotate":
            await platform.rotatePassword(handle, options);
            return;
        case "delete":
            await platform.deprovision(handle, handle, options);
    }
}
