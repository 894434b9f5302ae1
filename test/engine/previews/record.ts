/**
 * Records the previews of test/support/previews/scenarios.ts: `make record-previews`, or only some of them with
 * `make record-previews NAMES="volume-label memory-up"`. The name of a base stands for all of its scenarios.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import { checkout } from "../../support/languageTools";
import { type BaseName, bases } from "../../support/previews/bases";
import { type Base, type Scenario, edited } from "../../support/previews/scenario";
import { scenarios } from "../../support/previews/scenarios";
import { readFixture } from "../fixtures/fixture";
import { type StackResource, type StackState, isSecret, secretLines } from "../support/stackState";
import { type Recording, normaliseEvents, normalisePreview } from "./normalise";
import { Project } from "./project";

const folder = resolve(__dirname, "../../fixtures/previews");

const say = (text: string) => {
    console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
};

async function recordAll(base: Base, name: string, all: readonly (readonly [string, Scenario])[]): Promise<string[]> {
    const failed: string[] = [];
    const project = await Project.create(name, base);
    try {
        say(`${name}: creating the stack`);
        const state = await createStack(project, base);
        for (const [scenario, its] of all) {
            try {
                await record(project, base, state, scenario, its);
                say(`${name}: recorded ${scenario}`);
            } catch (error) {
                failed.push(scenario);
                say(`${name}: ${scenario} failed: ${String(error)}`);
            }
        }
    } finally {
        say(`${name}: destroying the stack`);
        if (base.empty || base.createdBy !== undefined) project.forget();
        else await project.close();
    }
    return failed;
}

/** Returns the state that the scenarios are compared with. */
async function createStack(project: Project, base: Base): Promise<Deployment> {
    const { program, empty, createdBy, failedUpdate } = base;
    if (createdBy !== undefined) {
        await project.import(inProject(readFixture(createdBy, "databases").exported, base.project));
        return project.exported();
    }
    project.program(program);
    if (empty) return project.exported();
    await project.up();
    if (failedUpdate) {
        project.program(edited(program, failedUpdate));
        await project.failedUp();
    }
    return project.exported();
}

async function record(project: Project, base: Base, state: Deployment, name: string, scenario: Scenario) {
    const { config, edits, expiring, stream, fails = false } = scenario;
    const recording = recordingOf(project, state);
    const secrets = [...secretsOf(state), ...Object.values(config ?? {})];
    try {
        if (config) await project.configure(config);
        if (expiring !== undefined) await project.import(expiringTomorrow(state, expiring));
        project.program(edited(base.program, edits));
        const { stdout, stderr, code } = await project.preview();
        if ((code !== 0) !== fails) throw new Error(`exit code ${code}\n${stdout.slice(-3000)}\n${stderr}`);
        write(`${name}.json`, normalisePreview(stdout, recording), secrets);
        if (!stream) return;
        const events = await project.preview({ PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" });
        write(`${name}.events.ndjson`, normaliseEvents(events.stdout, recording), secrets);
    } finally {
        if (expiring !== undefined) await project.import(state);
        if (config) await project.configure(base.config ?? {});
    }
}

/** Lines of secrets, without those that are public as well, such as the first line of a certificate. */
function secretsOf(state: Deployment): string[] {
    const shown = JSON.stringify(state, (_key, value: unknown) => (isSecret(value) ? undefined : value));
    return secretLines(state).filter((line) => line.length >= 16 && !shown.includes(line));
}

function write(file: string, text: string, secrets: readonly string[]): void {
    if (secrets.some((secret) => text.includes(secret))) throw new Error(`${file} would contain a secret`);
    const local = [checkout, hostname()].find((each) => text.includes(each));
    if (local !== undefined) throw new Error(`${file} would contain ${local}`);
    writeFileSync(join(folder, file), text);
}

const resourcesOf = (state: Deployment) => (state.deployment as StackState | undefined)?.resources ?? [];

const byUrn = (one: StackResource, other: StackResource) => (one.urn < other.urn ? -1 : 1);

function recordingOf({ directory }: Project, state: Deployment): Recording {
    const pairs = resourcesOf(state)
        .filter(({ type }) => type === "random:index/randomInteger:RandomInteger")
        .sort(byUrn)
        .map(({ outputs }) => Number(outputs?.result));
    return {
        // Packages of this checkout, which a user's project has in its own folder.
        paths: [
            ["/../../node_modules", "/node_modules"],
            [directory, "/project"],
            [checkout, "/project"],
            [`${homedir()}/`, "/home/user/"],
        ],
        pairs,
        start: new Date(),
    };
}

/** The state of a test's stack as the state of the project's stack `production`. */
function inProject(state: Deployment, project: string): Deployment {
    const text = JSON.stringify(state)
        .replaceAll("urn:pulumi:test::engine-test::", `urn:pulumi:production::${project}::`)
        .replaceAll("engine-test-test", `${project}-production`);
    return JSON.parse(text) as Deployment;
}

/** As if a year had passed. */
function expiringTomorrow(state: Deployment, database: string): Deployment {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const resources = resourcesOf(state).map((resource) =>
        resource.urn.endsWith(`LocallySignedCert::${database}-certificate`)
            ? { ...resource, outputs: { ...resource.outputs, validityEndTime: tomorrow } }
            : resource,
    );
    return { ...state, deployment: { ...(state.deployment as StackState), resources } };
}

async function main(only: readonly string[]): Promise<void> {
    mkdirSync(folder, { recursive: true });
    const isChosen = ([name, { base }]: readonly [string, Scenario]) =>
        only.length === 0 || only.includes(name) || only.includes(base);
    const chosen = Object.entries(scenarios).filter(isChosen);
    const failed: string[] = [];
    for (const name of Object.keys(bases) as BaseName[]) {
        const its = chosen.filter(([, { base }]) => base === name);
        if (its.length > 0) failed.push(...(await recordAll(bases[name], name, its)));
    }
    say(failed.length === 0 ? `recorded ${chosen.length} previews` : `failed: ${failed.join(", ")}`);
    if (failed.length > 0) process.exitCode = 1;
}

void main(process.argv.slice(2));
