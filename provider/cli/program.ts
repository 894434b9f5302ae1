/** The command line: verbs with their operands and flags, as commander parses and explains them. */
import { Command, Option } from "commander";
import { hiddenVerb } from "./completion";
import { packageVersion } from "./package";
import type { Call, Flags, Verb } from "./verb";
import { groups, previews } from "./verbs/index";

/** Flags of all verbs. */
export interface GlobalFlags {
    readonly backend?: string;
    readonly project?: string;
    readonly environment?: string;
    readonly dockerHost?: string;
    readonly json?: boolean;
    readonly quiet?: boolean;
    readonly yes?: boolean;
}

const globalOptions = [
    new Option("--backend <url>", "the Pulumi backend with the state (default: a directory of your user)").env(
        "REDISDB_BACKEND",
    ),
    new Option("--project <name>", "the Pulumi project of the databases (default: redis)").env("REDISDB_PROJECT"),
    new Option("--environment <name>", "separates databases with the same handle, such as staging").env(
        "REDISDB_ENVIRONMENT",
    ),
    new Option("--docker-host <url>", "the Docker host of new databases, such as ssh://ops@redis.example.com").env(
        "REDISDB_DOCKER_HOST",
    ),
    new Option("--json", "print one JSON document; errors as JSON on stderr"),
    new Option("--quiet", "print only the result and errors"),
    new Option("--yes", "do not ask whether to go ahead"),
];

/** What happens when a verb is called. */
export type Invoke = (verb: Verb, call: Call, flags: GlobalFlags) => Promise<void>;

/** What the scripts for completion call. */
export type Complete = (program: Command, words: readonly string[], flags: GlobalFlags) => Promise<void>;

export function buildProgram(invoke: Invoke, complete: Complete): Command {
    const program = new Command("redisdb")
        .description("Redis databases on Docker hosts that you own.")
        .version(packageVersion, "-V", "print the version of the command")
        .configureHelp({ showGlobalOptions: true, sortOptions: false })
        .showSuggestionAfterError()
        .helpCommand("help [verb]", "explain a verb")
        .usage("<verb> [options]");
    for (const option of globalOptions) program.addOption(option);
    for (const [group, verbs] of Object.entries(groups)) {
        for (const verb of verbs) {
            const command = commandOf(program, verb, invoke).helpGroup(`${group}:`);
            // Otherwise it would take the flags that it shares with a verb after it.
            if (verb.verbs) command.enablePositionalOptions();
            for (const next of verb.verbs ?? []) command.addCommand(commandOf(program, next, invoke));
            program.addCommand(command);
        }
        if (group === "Databases") program.addCommand(previewCommand(program, invoke).helpGroup(`${group}:`));
    }
    const completing = new Command(hiddenVerb).argument("[words...]").action(async (words: string[]) => {
        await complete(program, words, program.opts());
    });
    return program.addCommand(completing, { hidden: true });
}

function previewCommand(program: Command, invoke: Invoke): Command {
    const preview = new Command("preview")
        .copyInheritedSettings(program)
        .description("Show what a change would do, without doing it.")
        .summary("show what a change would do, without doing it");
    for (const verb of previews) preview.addCommand(commandOf(program, verb, invoke));
    return preview;
}

/** The flags before the name of a verb that follows another one. */
function flagsBefore(program: Command, { parent }: Command): Flags {
    if (parent === null || parent === program) return {};
    const given = Object.entries(parent.opts()).filter(([name]) => parent.getOptionValueSource(name) === "cli");
    return Object.fromEntries(given);
}

function commandOf(program: Command, verb: Verb, invoke: Invoke): Command {
    const { name, summary, description, operands = [], flags, examples } = verb;
    const command = new Command(name)
        .copyInheritedSettings(program)
        .summary(summary)
        .description(
            [`${summary[0]?.toUpperCase() ?? ""}${summary.slice(1)}.`, description].filter(Boolean).join("\n\n"),
        )
        .addHelpText("after", `\nExamples:\n${examples.map((example) => `  redisdb ${example}`).join("\n")}`);
    for (const operand of operands) command.addArgument(operand);
    for (const flag of flags?.() ?? []) command.addOption(flag);
    return command.action(async (...received: unknown[]) => {
        const given = received.slice(0, operands.length);
        const call: Call = {
            operands: given.filter((each): each is string => typeof each === "string"),
            rest: given.flatMap((each) => (Array.isArray(each) ? (each as string[]) : [])),
            flags: { ...command.opts(), ...flagsBefore(program, command) },
        };
        await invoke(verb, call, program.opts());
    });
}
