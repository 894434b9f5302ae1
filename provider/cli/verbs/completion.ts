/** `redisdb completion`, and the hidden verb that its scripts call. */
import { Argument } from "commander";
import { type Shell, scripts, shells } from "../completion";
import type { Verb } from "../verb";
import { operand } from "./operands";

export const completion: Verb = {
    name: "completion",
    summary: "print a script that completes verbs, flags and handles in a shell",
    description: 'In ~/.bashrc or ~/.zshrc: eval "$(redisdb completion bash)".',
    operands: [new Argument("<shell>", "the shell").choices(shells)],
    examples: ["completion bash"],
    run(_session, call) {
        const shell = operand(call, 0) as Shell;
        return Promise.resolve({ value: { shell, script: scripts[shell] }, text: scripts[shell] });
    },
};
