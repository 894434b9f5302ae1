/** `redisdb up`: applies a reviewed plan. */
import { Option } from "commander";
import { StateChanged } from "../commandErrors";
import { applyPlan, readPlan } from "../review/plan";
import { projectOf } from "../review/previews";
import type { Verb } from "../verb";
import { textFlag } from "./operands";

export const up: Verb = {
    name: "up",
    summary: "apply a plan that `redisdb review` has saved",
    description:
        "Runs `pulumi up` with exactly this plan. It is refused, with exit code 5, if the state is no longer the one that " +
        "was reviewed; nothing is changed then.",
    flags: () => [
        new Option("--plan <file>", "the plan").makeOptionMandatory(),
        new Option("--cwd <directory>", "the directory of the Pulumi project").default("."),
    ],
    examples: ["up --plan plan.json"],
    async run(session, call) {
        const plan = readPlan(textFlag(call, "plan") ?? "");
        if (await applyPlan(plan, projectOf(session, textFlag(call, "cwd")))) {
            return { value: { stack: plan.stack, applied: true }, text: `${plan.stack} has the reviewed change` };
        }
        throw new StateChanged(plan.stack);
    },
};
