/**
 * Records the previews of test/support/previews/scenarios.ts: `make record-previews`, or only some of them with
 * `make record-previews NAMES="volume-label memory-up"`.
 */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BaseName, bases } from "../../support/previews/bases";
import { type Base, type Scenario, edited } from "../../support/previews/scenario";
import { scenarios } from "../../support/previews/scenarios";
import { Project } from "./project";

const folder = resolve(__dirname, "../../fixtures/previews");

const say = (text: string) => {
    console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
};

async function recordAll(base: Base, name: string, all: readonly (readonly [string, Scenario])[]): Promise<void> {
    const project = await Project.create(name, base);
    try {
        project.program(base.program);
        say(`${name}: creating the stack in ${project.directory}`);
        if (!base.empty) await project.up();
        for (const [scenario, { edits = [], stream, fails = false }] of all) {
            project.program(edited(base.program, edits));
            const { stdout, stderr, code } = await project.preview();
            if ((code !== 0) !== fails) throw new Error(`${scenario}: exit code ${code}\n${stdout}\n${stderr}`);
            writeFileSync(join(folder, `${scenario}.json`), stdout);
            if (stream) {
                const { stdout: events } = await project.preview({ PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" });
                writeFileSync(join(folder, `${scenario}.events.ndjson`), events);
            }
            say(`${name}: recorded ${scenario}`);
        }
    } finally {
        say(`${name}: destroying the stack`);
        await project.close();
    }
}

async function main(only: readonly string[]): Promise<void> {
    const chosen = Object.entries(scenarios).filter(([name]) => only.length === 0 || only.includes(name));
    for (const name of Object.keys(bases) as BaseName[]) {
        const its = chosen.filter(([, { base }]) => base === name);
        if (its.length > 0) await recordAll(bases[name], name, its);
    }
}

void main(process.argv.slice(2));
