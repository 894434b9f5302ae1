/** The duration of a review, from the text of a preview to the comment, without the time to load the command. */
import { createRequire } from "node:module";
import { say } from "../lib/command.mjs";
import { figure } from "../lib/report.mjs";

const require = createRequire(import.meta.url);
const rounds = 5;
/** Seconds. 5,000 resources only have to give a comment that a code host accepts. */
const goals = { 1000: 1, 5000: undefined };
/** The resources of a database in a preview, with the database itself. */
const resourcesPerDatabase = 10;

export function review() {
    const { readPreview, reviewPreviews } = require("../../dist/provider/review/index.js");
    const { codeHosts, fit } = require("../../dist/provider/review/output/markdown.js");
    const notes = [];
    const rows = Object.entries(goals).map(([resources, goal]) => {
        const text = previewOf(Number(resources));
        const seconds = [];
        let comment = "";
        for (let round = 0; round < rounds; round++) {
            const begun = performance.now();
            comment = fit(reviewPreviews([{ preview: readPreview(text) }]), codeHosts.github);
            seconds.push((performance.now() - begun) / 1000);
        }
        const isAccepted =
            comment.length <= codeHosts.github.characters && Buffer.byteLength(comment) <= codeHosts.github.bytes;
        if (!isAccepted) throw new Error(`the comment of ${resources} resources has ${comment.length} characters`);
        say(`review, ${resources} resources: ${seconds.at(-1).toFixed(2)} s`);
        notes.push(
            `${resources} resources: a preview of ${megabytes(text)} MB, a comment of ${comment.length} characters.`,
        );
        return figure(`${resources} resources`, seconds, goal);
    });
    return [{ title: "Review of a preview, with its comment for GitHub", ours: "review", unit: "s", rows, notes }];
}

const megabytes = (text) => (text.length / 1e6).toFixed(1);

/** The output of `pulumi preview --json`: databases that get more memory and another version, with all of their resources. */
function previewOf(resources) {
    const databases = Array.from({ length: resources / resourcesPerDatabase }, (_, index) => `database-${index}`);
    return JSON.stringify({ steps: databases.flatMap(stepsOf), changeSummary: { replace: resources } });
}

const currentFormat = () => require("../../dist/provider/model/changes/formats.js").currentFormat;

const container = "docker:index/container:Container";

function stepsOf(name) {
    const type = "redis-database:index:RedisDatabase";
    const urn = `urn:pulumi:prod::shop::${type}::${name}`;
    const stackTrace = [{ sourcePosition: "project:///index.ts#12,5" }];
    const facts = { name, resolvedVersion: "7.2", format: currentFormat() };
    const component = (args) => ({ urn, type, custom: false, inputs: { ...facts, ...args }, stackTrace });
    const child = (number, image) => ({
        urn: `urn:pulumi:prod::shop::${type}$${container}::${name}-${number}`,
        type: container,
        custom: true,
        parent: urn,
        // As long as the inputs of a real container.
        inputs: {
            image,
            name: `${name}-${number}`,
            envs: Array.from({ length: 40 }, (_, index) => `NAME_${index}=value`),
        },
        stackTrace,
    });
    const before = { version: "7.2", flavor: "aof", memoryMb: 256, diskSizeGb: 8 };
    const step = (op, oldState, newState, reasons) => ({
        op,
        urn: newState.urn,
        oldState,
        newState,
        replaceReasons: reasons,
        diffReasons: reasons,
    });
    return [
        step(
            "update",
            component(before),
            component({ ...before, version: "8.6", resolvedVersion: "8.6", memoryMb: 512 }),
            ["version", "memoryMb"],
        ),
        ...Array.from({ length: resourcesPerDatabase - 1 }, (_, number) =>
            step("replace", child(number, "sha256:1"), child(number, "sha256:2"), ["image"]),
        ),
    ];
}
