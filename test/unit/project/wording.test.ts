/**
 * The project avoids the words in this list, in code, comments and documents. Each one has a plain term to use instead.
 * One letter of each pattern is in brackets, so that the list does not match itself.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../../..");

/** Patterns and what to write instead. A space in a pattern also matches a line break within a comment. */
const avoided: Readonly<Record<string, string>> = {
    "(a|an|the|each|every|this|that|one|next|first|second|later|killed|interrupted) u[p]s?":
        "an update, or `pulumi up`",
    "u[p]s": "updates",
    "opens? the d[o]or": "is accepted, authenticates",
    "t[o]ld": "passed, reported, shown",
    "no fixes any m[o]re": "past end of life",
    "m[e]nded": "fixed",
    "goes on t[o]": "still does",
    "s[o]mebody": "someone, a person, or the passive",
    "as[s]isted": "HAProxy terminates TLS",
    "hand(s|ed|ing)? over (the )?wr[i]tes": "switchover",
    "on[e]'s own": "your own, custom",
    "an[e]w": "again, re-created",
    "wh[o]m?[e]ver": "name the person or thing",
    "ther[e](of|in)": "of it, in it",
    "for g[o]od": "permanently",
    "lets? (nobody|s[o]mebody|everybody|clients|them|it) i[n]": "accepts, rejects all clients",
    "kn[o]ws? no": "does not support",
    "takes? (it |them )?l[i]ve": "can change at run time",
    "besid[e]": "next to, in addition to",
    "wh[o]m": "name the server or person",
    "(p[u]ts?|putting) back": "restores",
    "there alr[e]ady": "existing",
    "for w[a]nt of": "because of too little",
    "at w[o]rk": "running",
    "n[e]xt look": "next check",
};

/** Snapshots, which repeat messages, and files that are data. */
const excluded = /\.snap$|\.json$|\.sum$|^LICENSE$|^test\/engine\/fixtures\/[^/]+\/|\.png$|\.svg$/;

const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((file) => file !== "" && !excluded.test(file) && existsSync(join(root, file)));

/** Words may be separated by a line break, with the comment sign of the next line. */
const gap = String.raw`(?:[ \t]+|[ \t]*\n[ \t]*(?:(?:\*|//+|#+|>)[ \t]*)?)`;
const patterns = Object.entries(avoided).map(
    ([words, instead]) => [new RegExp(`(?<![\\w-])${words.replaceAll(" ", gap)}(?![\\w-])`, "gi"), instead] as const,
);

/** The avoided words in a text, each as `line: words; write …`. */
function findingsIn(text: string): string[] {
    return patterns.flatMap(([pattern, instead]) =>
        [...text.matchAll(pattern)].map(({ 0: words, index }) => {
            const line = text.slice(0, index).split("\n").length;
            return `${line}: "${words.replace(/\s+/g, " ")}"; write: ${instead}`;
        }),
    );
}

test("the patterns find words, also across a line break", () => {
    const brokenLine = ["/** The password op", "ens the\n * do", "or. */"].join("");
    expect(findingsIn(brokenLine)).toEqual([expect.stringMatching(/^1: "opens the \* do+r"; write: is accepted/)]);
    expect(findingsIn(["\nTO", "LD again"].join(""))).toEqual([expect.stringMatching(/^2: /)]);
    expect(findingsIn("`pulumi up`, make up, set-up, groups, toldest, followed up")).toEqual([]);
});

test("no tracked file contains a word that the project avoids", () => {
    expect(tracked.length).toBeGreaterThan(300);
    const findings = tracked.flatMap((file) =>
        findingsIn(readFileSync(join(root, file), "utf8")).map((finding) => `${file}:${finding}`),
    );
    expect(findings).toEqual([]);
});
