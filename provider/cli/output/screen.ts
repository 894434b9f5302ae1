/** Where progress appears: stderr, as a terminal, as a pipe, or not at all. */
import { clearLine, cursorTo } from "node:readline";
import { stripVTControlCharacters, styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

export interface Screen {
    /** Whether it has a status line. */
    readonly changes: boolean;
    /** Prints a line that stays. */
    line(text: string): void;
    /** Replaces the status line. */
    status(text: string): void;
    /** The text in a color, where there are colors. */
    style(style: Style, text: string): string;
}

/** A stream that may be a terminal. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export function screenOn(stream: Output, env: NodeJS.ProcessEnv, quiet: boolean): Screen {
    if (quiet) return silent;
    return stream.isTTY && env.TERM !== "dumb" ? new Terminal(stream, !env.NO_COLOR) : new Pipe(stream);
}

const silent: Screen = {
    changes: false,
    line: () => undefined,
    status: () => undefined,
    style: (_style, text) => text,
};

class Pipe implements Screen {
    readonly changes = false;

    constructor(private readonly stream: Output) {}

    line(text: string): void {
        this.stream.write(`${text}\n`);
    }

    status(): void {
        // A pipe cannot replace what was printed.
    }

    style(_style: Style, text: string): string {
        return text;
    }
}

class Terminal implements Screen {
    readonly changes = true;
    private current = "";

    constructor(
        private readonly stream: Output,
        private readonly colors: boolean,
    ) {}

    line(text: string): void {
        const { current } = this;
        this.status("");
        this.stream.write(`${text}\n`);
        this.status(current);
    }

    status(text: string): void {
        if (this.current !== "") {
            cursorTo(this.stream, 0);
            clearLine(this.stream, 0);
        }
        this.current = text;
        this.stream.write(this.fitting(text));
    }

    style(style: Style, text: string): string {
        // Whether there are colors is known, so the stream is not asked again.
        return this.colors ? styleText(style, text, { validateStream: false }) : text;
    }

    /** A line that wraps could not be cleared. */
    private fitting(text: string): string {
        // A terminal whose size is not known has 0 columns.
        const { columns = 0 } = this.stream;
        const width = (columns > 0 ? columns : 80) - 1;
        const plain = stripVTControlCharacters(text);
        return plain.length <= width ? text : `${plain.slice(0, width - 1)}…`;
    }
}
