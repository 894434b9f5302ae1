/** Parses redis.conf like Redis itself (`loadServerConfigFromString`, `sdssplitargs`). */

/** The directives in order, each as a list of its name and its words. */
export function parseRedisConf(text: string): string[][] {
    return text
        .split("\n")
        .map((line) => line.replace(/^[ \t\r]+|[ \t\r]+$/g, ""))
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map(splitWords);
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };
const isSpace = (character: string | undefined) => character !== undefined && /[ \t\n\v\f\r]/.test(character);

function splitWords(line: string): string[] {
    const words: string[] = [];
    let at = 0;
    while (at < line.length) {
        if (isSpace(line[at])) {
            at++;
            continue;
        }
        const { word, end } = line[at] === '"' ? doubleQuoted(line, at + 1) : bare(line, at);
        words.push(word);
        at = end;
    }
    return words;
}

function doubleQuoted(line: string, start: number): { word: string; end: number } {
    let word = "";
    for (let at = start; at < line.length; at++) {
        const character = line.charAt(at);
        if (character === '"') {
            const end = at + 1;
            if (end < line.length && !isSpace(line[end])) throw new Error(`text right after a closing quote: ${line}`);
            return { word, end };
        }
        const hex = /^\\x([0-9a-fA-F]{2})/.exec(line.slice(at));
        if (hex?.[1] !== undefined) {
            word += String.fromCharCode(parseInt(hex[1], 16));
            at += 3;
        } else if (character === "\\" && at + 1 < line.length) {
            at++;
            word += escapes[line.charAt(at)] ?? line.charAt(at);
        } else {
            word += character;
        }
    }
    throw new Error(`unclosed quote: ${line}`);
}

function bare(line: string, start: number): { word: string; end: number } {
    let end = start;
    while (end < line.length && !isSpace(line[end])) end++;
    const word = line.slice(start, end);
    if (/["']/.test(word)) throw new Error(`a quote in the middle of a word: ${line}`);
    return { word, end };
}
