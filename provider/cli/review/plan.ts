/** A reviewed plan: Pulumi's plan, and a hash of the state that it was made from. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Preview } from "../../review/index";
import { CommandError, UsageError, programFailed } from "../commandErrors";
import { type Project, previewOfStack, pulumi } from "./previews";

const planSchema = z.object({
    format: z.literal(1),
    stack: z.string().min(1),
    /** SHA-256 of what `pulumi stack export` printed. */
    state: z.string().min(1),
    plan: z.record(z.string(), z.unknown()),
});

export type ReviewedPlan = z.output<typeof planSchema>;

/** Without a plan if the preview fails. Throws if the state changes meanwhile: it is not known which one was previewed. */
export async function previewWithPlan(
    stack: string,
    project: Project,
): Promise<{ readonly preview: Preview; readonly plan?: ReviewedPlan }> {
    const directory = mkdtempSync(join(tmpdir(), "redisdb-"));
    try {
        const planFile = join(directory, "plan.json");
        const state = await stateOf(stack, project);
        const preview = await previewOfStack(stack, project, planFile);
        if (preview.errors.length > 0) return { preview };
        if ((await stateOf(stack, project)) !== state) {
            throw new CommandError(
                `the state of ${stack} changed during the preview, so there is no plan`,
                "wait until the other update has ended, and repeat the command",
            );
        }
        const plan = JSON.parse(readFileSync(planFile, "utf8")) as Record<string, unknown>;
        return { preview, plan: { format: 1, stack, state, plan } };
    } finally {
        rmSync(directory, { recursive: true });
    }
}

/** A plan has encrypted secrets, and values that are not secret. */
export function savePlan(file: string, plan: ReviewedPlan): void {
    writeFileSync(file, JSON.stringify(plan), { mode: 0o600 });
}

export function readPlan(file: string): ReviewedPlan {
    const read = planSchema.safeParse(contentOf(file));
    if (read.success) return read.data;
    throw new UsageError(
        `--plan: ${file} is not a plan of \`redisdb review\``,
        "save one: redisdb review --stack NAME --plan FILE",
    );
}

function contentOf(file: string): unknown {
    try {
        return JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
        if (error instanceof SyntaxError) return undefined;
        throw new UsageError(
            `--plan: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? ""})`,
            "save a plan first: redisdb review --stack NAME --plan FILE",
        );
    }
}

/** Runs `pulumi up` with the plan. Returns false if the state is another one than that of the review. */
export async function applyPlan({ stack, state, plan }: ReviewedPlan, project: Project): Promise<boolean> {
    if ((await stateOf(stack, project)) !== state) return false;
    const directory = mkdtempSync(join(tmpdir(), "redisdb-"));
    try {
        const planFile = join(directory, "plan.json");
        writeFileSync(planFile, JSON.stringify(plan), { mode: 0o600 });
        const args = ["up", "--stack", stack, "--plan", planFile, "--yes", "--skip-preview"];
        const { code } = await pulumi(project, args, false);
        if (code !== 0) {
            throw programFailed("pulumi up", "", "read its message; if it violates the plan, review the change again");
        }
        return true;
    } finally {
        rmSync(directory, { recursive: true });
    }
}

async function stateOf(stack: string, project: Project): Promise<string> {
    const { code, stdout, stderr } = await pulumi(project, ["stack", "export", "--stack", stack]);
    if (code !== 0) throw programFailed("pulumi stack export", stderr, "correct what its message says");
    return createHash("sha256").update(stdout).digest("hex");
}
