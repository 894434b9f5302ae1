/** Completion in a shell: the words that can come next, and the scripts that ask for them. */
import type { Argument, Command, Option } from "commander";

export const shells = ["bash", "zsh"] as const;
export type Shell = (typeof shells)[number];

/** The verb that the scripts call. The help does not show it. */
export const hiddenVerb = "complete";

/** The script that a shell reads. It asks the command for the words, so it needs no update with the command. */
export const scripts: Readonly<Record<Shell, string>> = {
    bash: `_redisdb() {
    local IFS=$'\\n'
    COMPREPLY=($(redisdb ${hiddenVerb} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _redisdb redisdb`,
    zsh: `#compdef redisdb
_redisdb() {
    local -a candidates
    candidates=("\${(@f)$(redisdb ${hiddenVerb} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
    compadd -a candidates
}
compdef _redisdb redisdb`,
};

/** What the last of the words, which may be empty, can become. `handles` is asked only where a handle can be. */
export async function candidates(
    program: Command,
    words: readonly string[],
    handles: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
    const last = words.at(-1) ?? "";
    const { command, given, flag } = positionAfter(program, words.slice(0, -1));
    const matching = (all: readonly string[]) => all.filter((each) => each.startsWith(last));
    if (flag) return matching(flag.argChoices ?? []);
    if (last.startsWith("-")) return matching([...flagsOf(program), ...(command === program ? [] : flagsOf(command))]);
    const verbs = command.commands.filter((each) => each.name() !== hiddenVerb).map((each) => each.name());
    const operands = command.registeredArguments;
    const operand = operands[given] ?? operands.filter(({ variadic }) => variadic).at(-1);
    // Verbs only follow a verb, not its operands.
    const next = given === 0 ? verbs : [];
    if (operand?.argChoices) return matching([...next, ...operand.argChoices]);
    return matching([...next, ...(operand && namesHandle(operand) ? await handles() : [])]);
}

interface Position {
    /** The command that the words call. */
    readonly command: Command;
    /** How many of its operands they contain. */
    readonly given: number;
    /** The flag whose value comes next. */
    readonly flag?: Option;
}

function positionAfter(program: Command, words: readonly string[]): Position {
    let position: Position = { command: program, given: 0 };
    for (const word of words) {
        const { command, given, flag } = position;
        const next = given === 0 ? command.commands.find((each) => each.name() === word) : undefined;
        if (flag) position = { command, given };
        else if (word.startsWith("-")) position = { command, given, flag: withValue([program, command], word) };
        else position = next ? { command: next, given: 0 } : { command, given: given + 1 };
    }
    return position;
}

function withValue(commands: readonly Command[], flag: string): Option | undefined {
    return commands.flatMap(({ options }) => options).find((each) => each.long === flag && each.required);
}

/** Whether an operand is an existing database or replica. */
const namesHandle = (operand: Argument) => ["handle", "replica", "to"].includes(operand.name());

const flagsOf = ({ options }: Command) => options.flatMap(({ long }) => long ?? []);
