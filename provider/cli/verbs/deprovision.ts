/** `redisdb deprovision`. */
import { Option } from "commander";
import { PlatformError } from "../../platform/index";
import { stepTable } from "../output/databases";
import { UsageError } from "../commandErrors";
import type { Call, Result, Session, Verb } from "../verb";
import { handle, operand, textFlag } from "./operands";

export const deprovision: Verb = {
    name: "deprovision",
    summary: "delete a database with its data and its replicas, or one replica",
    description: "The data cannot be restored. On a terminal without --confirm, it asks for the handle.",
    operands: [handle()],
    flags: () => [
        new Option("--confirm <handle>", "the handle again"),
        new Option("--dry-run", "list what would be deleted, and delete nothing"),
    ],
    examples: ["deprovision sessions --dry-run", "deprovision sessions --confirm sessions"],
    preview: dryRun,
    async run(session, call) {
        const { platform, options } = session;
        const name = operand(call, 0);
        if (call.flags.dryRun === true) return dryRun(session, call);
        await platform.get(name);
        const confirm = await confirmation(session, call);
        try {
            await platform.deprovision(name, confirm, options);
        } catch (error) {
            if (!PlatformError.is(error, "validation")) throw error;
            throw new PlatformError(error.code, error.message, `repeat the handle: --confirm ${name}`, error.details);
        }
        return { value: { handle: name, deleted: true }, text: `${name}: deleted` };
    },
};

async function dryRun({ platform, options }: Session, call: Call): Promise<Result> {
    const steps = await platform.planDeprovision(operand(call, 0), options);
    return { value: { rows: [], messages: [], steps }, text: stepTable(steps) };
}

async function confirmation({ ask, note }: Session, call: Call): Promise<string> {
    const name = operand(call, 0);
    const given = textFlag(call, "confirm");
    if (given !== undefined) return given;
    note(`This deletes "${name}" with its data, permanently.`);
    const answer = await ask("Type the handle to confirm: ");
    if (answer === undefined) {
        throw new UsageError("the deletion is not confirmed", `repeat the handle: --confirm ${name}`);
    }
    return answer.trim();
}
