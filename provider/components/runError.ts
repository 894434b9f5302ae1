/** Errors that a person reads as they are. */
import * as pulumi from "@pulumi/pulumi";
import type { About } from "./log";

/** Ends the program with its message alone, about a component that is there; a stack trace would say nothing about the arguments. */
export function runError(message: string, about?: About): Error {
    const error = about
        ? new pulumi.ResourceError(message, { urn: about.urn } as unknown as pulumi.Resource, true)
        : new pulumi.RunError(message);
    // Pulumi formats the stack even of errors that it shows without one, which takes Node 22 a quarter of a minute.
    error.stack = "";
    // And it writes the name of each property that waits for the arguments in front of the message.
    return Object.defineProperty(error, "message", { get: () => message, set: () => undefined });
}
