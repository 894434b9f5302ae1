/** The Git repository of a project: its base branch, and where the project is in it. */
import { relative, sep } from "node:path";
import { UsageError } from "../commandErrors";
import { run } from "../programs/run";
import type { Project } from "./previews";

/** Undefined outside of a repository. */
export async function rootOf(project: Project): Promise<string | undefined> {
    return (await git(project, "rev-parse", "--show-toplevel"))?.trim();
}

/** The folder of the project in its repository; "." for its root, and outside of a repository. */
export async function folderOf(project: Project): Promise<string> {
    const inside = (await git(project, "rev-parse", "--show-prefix"))?.trim() ?? "";
    return inside === "" ? "." : inside.replace(/\/$/, "");
}

/**
 * The base branch: the one that was asked for, the one that the CI names, or the default branch of `origin`. Undefined
 * if it is not known.
 */
export async function baseOf(project: Project, requested: string | undefined): Promise<string | undefined> {
    const { GITHUB_BASE_REF, CI_MERGE_REQUEST_DIFF_BASE_SHA, CI_MERGE_REQUEST_TARGET_BRANCH_NAME } = project.env;
    if (requested !== undefined && !(await exists(project, requested))) {
        throw new UsageError(
            `--base: there is no commit "${requested}"`,
            "fetch the base branch first, for example: git fetch origin main; then give --base FETCH_HEAD",
        );
    }
    const candidates = [
        requested,
        GITHUB_BASE_REF && `origin/${GITHUB_BASE_REF}`,
        CI_MERGE_REQUEST_DIFF_BASE_SHA,
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME && `origin/${CI_MERGE_REQUEST_TARGET_BRANCH_NAME}`,
        "origin/HEAD",
    ];
    for (const candidate of candidates) {
        if (candidate && (await exists(project, candidate))) return candidate;
    }
    return undefined;
}

/** The content of a file at a commit; undefined if the commit does not have it. */
export async function fileAt(
    project: Project,
    commit: string,
    root: string,
    file: string,
): Promise<string | undefined> {
    const path = relative(root, file).split(sep).join("/");
    return git(project, "show", `${commit}:${path}`);
}

async function exists(project: Project, commit: string): Promise<boolean> {
    return (
        (await git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{commit}`)) !== undefined
    );
}

/** Undefined if Git fails or is not installed. */
async function git({ directory, env, signal }: Project, ...args: readonly string[]): Promise<string | undefined> {
    const ended = await run("git", args, { cwd: directory, env, signal, capture: true }).catch(() => undefined);
    return ended?.code === 0 ? ended.stdout : undefined;
}
