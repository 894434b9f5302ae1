/** `redisdb logs`. */
import { Option } from "commander";
import { UsageError, programFailed } from "../commandErrors";
import { containerOf, onHostOf } from "../programs/docker";
import { run } from "../programs/run";
import type { Verb } from "../verb";
import { handle, operand } from "./operands";

export const logs: Verb = {
    name: "logs",
    summary: "print the log of a server",
    operands: [handle()],
    flags: () => [new Option("--follow", "print new lines as they come, until Ctrl-C")],
    examples: ["logs sessions", "logs sessions --follow"],
    async run({ platform, options: { signal }, json, env }, call) {
        const follow = call.flags.follow === true;
        if (follow && json) throw new UsageError("--follow has no end, but --json is one document", "leave one out");
        const database = await platform.get(operand(call, 0));
        const args = [...onHostOf(database), "logs", ...(follow ? ["--follow"] : []), containerOf(database)];
        const { code, stdout, stderr } = await run("docker", args, { env, signal, capture: json });
        if (code !== 0 && !signal.aborted) {
            throw programFailed("docker logs", stderr, "check the container: redisdb health");
        }
        const lines = `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
        return { value: { handle: database.handle, lines }, text: "" };
    },
};
