/** What a verb of the command is: its name and flags, and the function that does it. */
import type { Argument, Option } from "commander";
import type { Screen } from "./output/screen";
import type { OperationOptions, RedisPlatform } from "../platform/index";

/** The part of the platform library that verbs use. */
export type Platform = Pick<RedisPlatform, keyof RedisPlatform>;

/** What a verb has to say: `value` is the document for `--json`, `text` is for people. */
export interface Result {
    readonly value: unknown;
    readonly text: string;
    /** The exit code. The default is 0. */
    readonly exitCode?: number;
}

/** The values of a verb's flags, by their names in camelCase. */
export type Flags = Readonly<Record<string, unknown>>;

/** The command as it was called. */
export interface Call {
    /** The operands; undefined if an optional one is missing. The last one can be a list. */
    readonly operands: readonly string[];
    /** The operands after a verb's fixed ones. */
    readonly rest: readonly string[];
    readonly flags: Flags;
}

/** What a verb works with. */
export interface Session {
    readonly platform: Platform;
    /** The signal of Ctrl-C, and the display of progress. */
    readonly options: OperationOptions & { readonly signal: AbortSignal };
    readonly json: boolean;
    /** Whether `--yes` was given. */
    readonly yes: boolean;
    /** Whether a person reads the result. */
    readonly onTerminal: boolean;
    /** The width of the terminal on which the result appears; undefined in a pipe. */
    readonly width: number | undefined;
    /** Text of the result in a color, where there are colors. */
    readonly style: Screen["style"];
    /** Whether a person can type the input. */
    readonly inputIsTerminal: boolean;
    readonly env: NodeJS.ProcessEnv;
    /** Prints a line about the operation to stderr. */
    readonly note: (text: string) => void;
    /** Asks a person. Undefined if there is none: the input or the errors are not a terminal. */
    readonly ask: (question: string) => Promise<string | undefined>;
    /** Reads the input to its end. Undefined if it is a terminal. */
    readonly readInput: () => Promise<string | undefined>;
    /** Where the result appears, for one that is not text. */
    readonly stdout: NodeJS.WritableStream;
    /** Prints a part of the result at once, for a verb that does not end. */
    readonly print: (text: string) => void;
}

export interface Verb {
    readonly name: string;
    /** In the imperative, for the list of verbs. */
    readonly summary: string;
    /** What a person has to know before using it. */
    readonly description?: string;
    readonly operands?: readonly Argument[];
    /** Called when they are needed: some are derived from all arguments of a database. */
    readonly flags?: () => readonly Option[];
    /** Calls as a person types them, without `redisdb`. */
    readonly examples: readonly string[];
    /** For a verb that changes a database: shows what `run` would do. */
    readonly preview?: (session: Session, call: Call) => Promise<Result>;
    readonly run: (session: Session, call: Call) => Promise<Result>;
    /** The verbs that can follow it. A first operand with the name of one of them calls that verb. */
    readonly verbs?: readonly Verb[];
}
