/** `redisdb doctor`: checks what the command needs. */
import { CommandError } from "../commandErrors";
import { type Check, checks } from "../programs/checks";
import { table } from "../output/table";
import type { Verb } from "../verb";

export const doctor: Verb = {
    name: "doctor",
    summary: "check that everything is present that the command needs",
    description: "The exit code is 1 if something needed is missing.",
    examples: ["doctor"],
    async run(session) {
        const backend = () => session.platform.list();
        const value = await Promise.all(checks({ env: session.env, backend }).map(report));
        const text = table(
            ["", "check", "found", "what to do"],
            value.map(({ ok, name, found, needed, remedy }) => [
                ok ? "ok" : needed ? "MISSING" : "optional",
                name,
                found,
                remedy,
            ]),
        );
        return { value, text, exitCode: value.some(({ ok, needed }) => needed && !ok) ? 1 : 0 };
    },
};

/** A check with its result. */
export interface Report {
    readonly name: string;
    readonly needed: boolean;
    readonly ok: boolean;
    /** What was found, or why not. */
    readonly found: string;
    /** What to do; absent if nothing. */
    readonly remedy?: string;
}

async function report({ name, needed, remedy, find }: Check): Promise<Report> {
    try {
        return { name, needed, ok: true, found: await find() };
    } catch (error) {
        const [found = ""] = (error as Error).message.split("\n");
        return { name, needed, ok: false, found, remedy: error instanceof CommandError ? error.remedy : remedy };
    }
}
