/** Errors that Pulumi shows by their message alone. */
import * as pulumi from "@pulumi/pulumi";
import { spelled } from "../model/spelling";
import type { About } from "./log";

/**
 * An error that ends the program and is shown without a stack trace, which would not help with invalid arguments. With
 * `about`, Pulumi reports it on that component.
 */
export function runError(text: string, about?: About): Error {
    const message = spelled(text);
    const error = about
        ? new pulumi.ResourceError(message, { urn: about.urn } as unknown as pulumi.Resource, true)
        : new pulumi.RunError(message);
    // Pulumi formats the stack even of errors that it shows without it, which takes Node 22 about 15 seconds.
    error.stack = "";
    // Pulumi also prefixes the message with the name of each property that depends on the arguments.
    return Object.defineProperty(error, "message", { get: () => message, set: () => undefined });
}
