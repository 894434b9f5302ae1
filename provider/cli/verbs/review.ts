/** `redisdb review`: says what a preview will do to the data. */
import { rmSync } from "node:fs";
import { Argument, InvalidArgumentError, Option } from "commander";
import {
    type PreviewOf,
    type Review,
    UnknownFailOn,
    defaultFailOn,
    parseFailOn,
    reviewPreviews,
} from "../../review/index";
import { json } from "../../review/output/json";
import { codeHosts, fit, markerLine, markerOf } from "../../review/output/markdown";
import { CommandError, UsageError } from "../commandErrors";
import { type CommentMode, type Published, commentModes, publishComment } from "../comments/publish";
import { type PullRequest, findPullRequest } from "../comments/pullRequest";
import { findExceptions } from "../review/exceptionsFile";
import { type Format, formats, formatted, parseTargets, write } from "../review/formats";
import { type ReviewedPlan, previewWithPlan, savePlan } from "../review/plan";
import { type Project, previewIn, previewOfStack, projectOf } from "../review/previews";
import { folderOf } from "../review/repository";
import type { Call, Session, Verb } from "../verb";
import { textFlag } from "./operands";

export const review: Verb = {
    name: "review",
    summary: "say what a Pulumi preview will do to your data",
    description:
        "Reads the output of `pulumi preview --json` or the engine's event stream, from files or the input, or runs the " +
        "preview of a stack itself. Reading a file needs no secrets, and neither Docker nor Redis. The exit code is 5 if a " +
        "finding fails the review, and 1 if the preview itself failed.",
    operands: [new Argument("[file...]", "previews, - for the input (default: the input)")],
    flags: () => [
        repeatable("--stack <name>", "run the preview of this stack of the project; repeat it for several"),
        new Option("--cwd <directory>", "the directory of the Pulumi project").default("."),
        new Option("--format <format>", "how to print the review").choices(formats).default("text"),
        repeatable("--write <format=file>", "also write it to a file, such as sarif=review.sarif; can be repeated"),
        new Option("--fail-on <list>", "the severities and codes that fail the review, or none").default(
            defaultFailOn.join(","),
        ),
        new Option("--allow <file>", "the exceptions (default: redisdb-allow.yaml at the root of the repository)"),
        new Option("--base <commit>", "the base branch, whose exceptions apply (default: the one that the CI names)"),
        new Option("--comment <mode>", "write a comment on the pull request").choices(commentModes),
        new Option("--skip-no-diff", "write no new comment if nothing changes"),
        new Option("--pull-request <number>", "the pull request (default: that of the CI job)").argParser(positive),
        new Option("--plan <file>", "with --stack: also save the plan, for redisdb up --plan"),
    ],
    examples: [
        "review preview.json",
        "review --stack production --comment update",
        "review --stack production --plan plan.json",
    ],
    async run(session, call) {
        const { flags } = call;
        const targets = parseTargets(list(flags.write));
        const failOn = failOnOf(textFlag(call, "failOn") ?? "");
        const mode = textFlag(call, "comment") as CommentMode | undefined;
        const pullRequest = mode && findPullRequest(session.env, flags.pullRequest as number | undefined);
        const project = projectOf(session, textFlag(call, "cwd"));
        const requested = { file: textFlag(call, "allow"), base: textFlag(call, "base") };
        const exceptions = await findExceptions(project, requested, session.note);
        const { previews, plan } = await previewsOf(session, call, project);
        const reviewed = reviewPreviews(previews, { failOn, exceptions });
        const planFile = textFlag(call, "plan");
        if (planFile !== undefined) savePassing(plan, planFile, reviewed, session);
        write(reviewed, targets);
        const result = {
            value: json(reviewed),
            text: formatted(reviewed, textFlag(call, "format") as Format, session.style, session.width).trimEnd(),
            exitCode: reviewed.exitCode,
        };
        if (!mode || !pullRequest) return result;
        try {
            const comment = await publishComment(
                requestOf(reviewed, mode, pullRequest, flags),
                pullRequest,
                session.options,
            );
            session.note(commentNote(comment));
            return { ...result, value: { ...result.value, comment } };
        } catch (error) {
            // What the review found matters more than the comment, and must not be lost with it.
            if (!session.json) session.print(result.text);
            if (reviewed.exitCode === 0 || !(error instanceof CommandError)) throw error;
            session.note(`${error.message}\n→ ${error.remedy}`);
            return { ...result, value: { ...result.value, commentError: error.message }, text: "" };
        }
    },
};

function repeatable(flags: string, description: string): Option {
    return new Option(flags, description).argParser((value: string, before: readonly string[] | undefined) => [
        ...(before ?? []),
        value,
    ]);
}

const list = (value: unknown) => (value ?? []) as readonly string[];

function positive(value: string): number {
    if (/^[1-9]\d*$/.test(value)) return Number(value);
    throw new InvalidArgumentError("Give the number of the pull request.");
}

function failOnOf(value: string): string[] {
    try {
        return parseFailOn(value);
    } catch (error) {
        if (!(error instanceof UnknownFailOn)) throw error;
        throw new UsageError(`--fail-on: ${error.message}`, `did you mean ${error.nearest}? The guide lists all rules`);
    }
}

/** The plan is that of the only stack, if one was requested and its preview has succeeded. */
async function previewsOf(
    session: Session,
    call: Call,
    project: Project,
): Promise<{ readonly previews: readonly PreviewOf[]; readonly plan?: ReviewedPlan }> {
    const stacks = list(call.flags.stack);
    const needsPlan = textFlag(call, "plan") !== undefined;
    if (stacks.length > 0 && call.rest.length > 0)
        throw new UsageError("both --stack and a file are given", "leave one of them out");
    if (needsPlan && stacks.length !== 1)
        throw new UsageError("--plan needs exactly one --stack", "give the stack: --stack NAME --plan FILE");
    const folder = await folderOf(project);
    const previews: PreviewOf[] = [];
    let plan: ReviewedPlan | undefined;
    for (const stack of stacks) {
        session.note(`running the preview of ${stack}`);
        const found = needsPlan
            ? await previewWithPlan(stack, project)
            : { preview: await previewOfStack(stack, project) };
        previews.push({ preview: found.preview, folder, stack });
        if ("plan" in found) plan = found.plan;
    }
    if (stacks.length > 0) return { previews, ...(plan && { plan }) };
    for (const file of call.rest.length > 0 ? call.rest : ["-"]) {
        previews.push({ preview: await previewIn(file, session), folder });
    }
    return { previews };
}

/** A plan that fails the review must not be applied by mistake. An exception allows what is deliberate. */
function savePassing(plan: ReviewedPlan | undefined, file: string, { exitCode }: Review, { note }: Session): void {
    if (plan && exitCode === 0) {
        savePlan(file, plan);
        return;
    }
    // One of an earlier review would seem to be this one.
    rmSync(file, { force: true });
    note("the plan was not saved, because the review fails");
}

function requestOf(reviewed: Review, mode: CommentMode, { host }: PullRequest, flags: Call["flags"]) {
    const marker = markerOf(reviewed);
    const codeHost = codeHosts[host];
    const nothingChanges = reviewed.stacks.every(({ status }) => status === "unchanged");
    return {
        body: fit(reviewed, codeHost, marker),
        marker: markerLine(marker, codeHost),
        mode,
        onlyUpdate: flags.skipNoDiff === true && nothingChanges,
    };
}

function commentNote({ action, url }: Published): string {
    const words = {
        created: "the comment was written",
        updated: "the comment was updated",
        unchanged: "the comment is up to date",
        skipped: "nothing changes, so no comment was written",
    };
    return url === undefined ? words[action] : `${words[action]}: ${url}`;
}
