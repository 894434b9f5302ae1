/** What the code hosts accept in a comment. */

export interface CodeHost {
    readonly name: string;
    /** The longest comment, in characters. */
    readonly characters: number;
    /** The longest comment in bytes of UTF-8, if there is such a limit. */
    readonly bytes?: number;
    /** Whether comments can contain HTML. Otherwise it would be visible as text. */
    readonly html: boolean;
    /** Whether a code block with the language `mermaid` becomes a diagram. */
    readonly diagrams: boolean;
}

export const codeHosts = {
    github: { name: "GitHub", characters: 65_536, bytes: 262_144, html: true, diagrams: true },
    gitlab: { name: "GitLab", characters: 1_000_000, html: true, diagrams: true },
    azure: { name: "Azure DevOps", characters: 150_000, html: true, diagrams: false },
    bitbucket: { name: "Bitbucket", characters: 32_768, html: false, diagrams: false },
} as const satisfies Readonly<Record<string, CodeHost>>;

export type CodeHostName = keyof typeof codeHosts;
