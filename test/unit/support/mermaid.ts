/** Mermaid's own parser. */
import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";

interface Mermaid {
    parse(source: string): Promise<unknown>;
}

/** Mermaid is a script for browsers. The stub of a document is enough for parsing; only drawing needs a real one. */
export function loadMermaid(): Mermaid {
    const window: Record<string, unknown> = {
        document: { nodeType: 9, createElement: () => undefined },
        Element: Object,
        addEventListener: () => undefined,
        console,
        TextEncoder,
    };
    window.window = window;
    runInContext(readFileSync(require.resolve("@mermaid-js/tiny"), "utf8"), createContext(window));
    return window.mermaid as Mermaid;
}
