/** The verbs that check whether databases are as they should be. */
import { InvalidArgumentError, Option } from "commander";
import type { Step } from "../../platform/index";
import { healthTable, hiddenNote, visible } from "../output/databases";
import { table } from "../output/table";
import type { Call, Verb } from "../verb";
import { handle, operand, optionalHandles } from "./operands";

export const health: Verb = {
    name: "health",
    summary: "show whether databases can be used",
    description:
        "Also shows the last backup. A database whose last backup is too old is not healthy. The exit code is 1 if one of " +
        "them is not healthy.",
    operands: [optionalHandles()],
    examples: ["health", "health sessions"],
    async run({ platform }, { rest }) {
        const value = await platform.health(...rest);
        const text = value.length > 0 ? healthTable(value) : "there are no databases";
        return { value, text, exitCode: value.every(({ state }) => state === "healthy") ? 0 : 1 };
    },
};

export const wait: Verb = {
    name: "wait",
    summary: "wait until a database is healthy",
    operands: [handle()],
    flags: () => [new Option("--timeout <seconds>", "fail after this time").argParser(seconds).default(300)],
    examples: ["wait sessions --timeout 60"],
    async run({ platform, options: { signal } }, call) {
        const timeoutSeconds = timeoutOf(call);
        const value = await platform.wait(operand(call, 0), { timeoutSeconds, signal });
        return { value, text: `${value.handle}: ${value.state}` };
    },
};

const timeoutOf = ({ flags }: Call) => flags.timeout as number;

function seconds(text: string): number {
    const value = Number(text);
    if (text.trim() === "" || !(value >= 0)) throw new InvalidArgumentError("Give a number of seconds, such as 60.");
    return value;
}

export const drift: Verb = {
    name: "drift",
    summary: "show what was changed on the Docker host since the last update",
    description:
        "The next update restores it. Checks one database after the other. The exit code is 1 if something was changed.",
    operands: [optionalHandles()],
    examples: ["drift", "drift sessions"],
    async run({ platform, options }, { rest }) {
        const handles =
            rest.length > 0
                ? rest
                : (await platform.list()).filter(({ kind }) => kind === "database").map((each) => each.handle);
        const value: { handle: string; steps: readonly Step[] }[] = [];
        for (const each of handles) value.push({ handle: each, steps: await platform.drift(each, options) });
        const rows = value.flatMap(({ handle: each, steps }) =>
            visible(steps).map(({ resource, operation }) => [each, resource, operation]),
        );
        const steps = value.flatMap((each) => each.steps);
        const lines = [
            ...(rows.length > 0 ? [table(["handle", "resource", "would be"], rows)] : []),
            ...hiddenNote(steps),
        ];
        const text = steps.length > 0 ? lines.join("\n") : "nothing was changed";
        return { value, text, exitCode: steps.length > 0 ? 1 : 0 };
    },
};
