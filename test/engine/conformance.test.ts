/**
 * The components are the same in process and through the plugin: resources, inputs, outputs, secrets, previews and
 * messages. A stack moves from one to the other without a change.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definitions } from "../../provider/model/arguments/index";
import { present } from "../support/present";
import { OpenSsl } from "../unit/support/openssl";
import { argumentPaths, valueAt } from "../unit/support/argumentPaths";
import type { Place } from "./support/components";
import {
    deferredMistakes,
    hasStackTrace,
    isRegistered,
    messageAbout,
    mistakes,
    programWith,
} from "./support/conformance/findings";
import { type Spec, type Surroundings, programOf, specNames, specsIn } from "./support/conformance/specs";
import { type RecordedStack, countIn, ownerOf, recordedIn } from "./support/conformance/states";
import { docker, uniqueName } from "./support/docker";
import { takePairs } from "./support/ports";
import { type Planned, type Summary, TestStack, unchanged } from "./support/stack";

/** The Docker host's address on the default network. */
const address = "172.17.0.1";

/** Creates what the components use, and returns it with a function that removes it. */
function surroundings(openssl: OpenSsl): Surroundings & { readonly remove: () => void } {
    const [network, volume] = [uniqueName("conformance"), uniqueName("conformance")];
    docker("network", "create", network);
    docker("volume", "create", volume);
    const [hostPath, files] = ["data", "files"].map((name) => mkdtempSync(join(tmpdir(), `conformance-${name}-`)));
    const [repositories, rdbFile] = ["repositories", "empty.rdb"].map((name) => join(present(files), name));
    const repositoryVolume = uniqueName("conformance");
    // The header of a dump, its end, and no checksum.
    writeFileSync(present(rdbFile), Buffer.from("REDIS0009\xff\0\0\0\0\0\0\0\0", "latin1"));
    const [pair = 0] = takePairs(1);
    const ca = openssl.make({ commonName: "a CA of the program", ca: true });
    return {
        network,
        volume,
        hostPath: present(hostPath),
        repositories: present(repositories),
        repositoryVolume,
        rdbFile: present(rdbFile),
        address,
        ports: { plaintext: 2 * pair, tls: 2 * pair + 1 },
        ca,
        certificate: openssl.make({ commonName: "localhost", san: "DNS:localhost", issuer: ca }),
        remove: () => {
            docker("network", "rm", network);
            docker("volume", "rm", volume);
            docker("volume", "rm", "--force", repositoryVolume);
            for (const directory of [hostPath, files]) rmSync(present(directory), { recursive: true });
        },
    };
}

/** The specs that are created. */
const tested = process.env.TEST_ALL
    ? specNames
    : ["directory", "password", "users", "protocols", "group", "whole", "backups"];
/** The specs of which another component is created through the plugin, and its name's prefix. */
const createdThroughPlugin = process.env.TEST_ALL ? specNames : ["users"];
const prefix = "plugin-";
/** Arguments that need a server outside of the Docker host, or a backup that exists. Other suites use them. */
const needsServer = /^backup\.(repositories\[0\]\.)?(s3|sftp|rest|credentials)\b|^restoreFrom\.(?!rdbFile$)/;

describe("a stack that moves between in process and the plugin", () => {
    let openssl: OpenSsl;
    let used: ReturnType<typeof surroundings>[] = [];
    let stack: TestStack;
    /** Components that are created in process, and those that are then created through the plugin. */
    let first: Readonly<Record<string, Spec>>, second: Readonly<Record<string, Spec>>;
    /** The results of the commands. */
    let toPlugin: Summary, created: Summary, toProcess: Summary, unmoved: Summary;
    let changes: Record<Place, Planned>;
    let inProcess: RecordedStack, throughPlugin: RecordedStack, inProcessAgain: RecordedStack;

    beforeAll(async () => {
        openssl = new OpenSsl();
        used = [surroundings(openssl), surroundings(openssl)];
        first = Object.fromEntries(Object.entries(specsIn(present(used[0]))).filter(([name]) => tested.includes(name)));
        second = Object.fromEntries(
            Object.entries(specsIn(present(used[1]), prefix)).filter(([name]) =>
                createdThroughPlugin.includes(name.replace(prefix, "")),
            ),
        );
        const both = { ...first, ...second };
        stack = await TestStack.create("conformance");

        await stack.program(programOf(first, "inProcess")).up();
        inProcess = await recordedIn(stack, Object.keys(both));
        const planned = await stack.program(programOf(first, "inProcess", true)).plannedSteps();

        stack.create("throughPlugin");
        changes = {
            inProcess: planned,
            throughPlugin: await stack.program(programOf(first, "throughPlugin", true)).plannedSteps(),
        };
        toPlugin = await stack.program(programOf(first, "throughPlugin")).preview();
        created = (await stack.program(programOf(both, "throughPlugin")).up()).summary;
        throughPlugin = await recordedIn(stack, Object.keys(both));

        stack.create("inProcess");
        toProcess = await stack.program(programOf(both, "inProcess")).preview();
        unmoved = (await stack.up()).summary;
        inProcessAgain = await recordedIn(stack, Object.keys(both));
        console.log(["compared: resources, inputs, outputs, secrets, preview lines", ...tested.map(rowOf)].join("\n"));
    });

    function rowOf(name: string): string {
        const resources = Object.values(present(throughPlugin[name]));
        const inputs = countIn(resources.map((each) => each.inputs));
        const outputs = countIn(resources.map((each) => each.outputs));
        const secrets = inputs.secrets + outputs.secrets;
        const lines = messagesOf(changes.throughPlugin, name);
        return `${name}: ${[resources.length, inputs.values, outputs.values, secrets, lines.length].join(", ")}`;
    }

    const messagesOf = ({ messages }: Planned, name: string) =>
        messages.filter((message) => ownerOf(message.split(":")[0] ?? "", tested) === name);

    afterAll(async () => {
        openssl.close();
        await stack.close();
        for (const { remove } of used) remove();
    });

    test("has every argument and every member", () => {
        for (const kind of ["RedisDatabase", "RedisReplica"] as const) {
            // A database covers the arguments that both components have.
            const own = Object.fromEntries(
                Object.entries(definitions[kind]).filter(
                    ([name, each]) => kind === "RedisDatabase" || definitions.RedisDatabase[name] !== each,
                ),
            );
            const all = Object.values(specsIn(present(used[0]))).filter((spec) => spec.kind === kind);
            const missing = argumentPaths(own)
                .filter((path) => all.every(({ args }) => valueAt({ ...args }, path) === undefined))
                .filter((path) => !needsServer.test(path));
            expect([kind, missing]).toEqual([kind, []]);
        }
    });

    test("is unchanged in the preview after each move", () => {
        expect([toPlugin, toProcess]).toEqual([unchanged(), unchanged()]);
    });

    test("is unchanged in the update after each move", () => {
        const { create, ...others } = created;
        expect(create).toBeGreaterThan(0);
        expect([others, unmoved]).toEqual([unchanged(), unchanged()]);
    });

    test.each(tested)("records the same through the plugin: %s", (name) => {
        expect(throughPlugin[name]).toEqual(inProcess[name]);
    });

    test.each(createdThroughPlugin)("records the same in process if the plugin has created it: %s", (name) => {
        expect(inProcessAgain[prefix + name]).toEqual(throughPlugin[prefix + name]);
    });

    test("has the same outputs", () => {
        const outputsOf = (recorded: RecordedStack) => {
            const stackResource = Object.values(recorded[""] ?? {}).find(({ type }) => type === "pulumi:pulumi:Stack");
            return present(stackResource).outputs as Readonly<Record<string, unknown>>;
        };
        const [before, through, after] = [inProcess, throughPlugin, inProcessAgain].map(outputsOf);
        expect(Object.keys(present(before))).toEqual(expect.arrayContaining(tested));
        expect(through).toEqual(expect.objectContaining(before));
        expect(after).toEqual(through);
    });

    test.each(tested)("has the same preview of a change: %s", (name) => {
        const of = (planned: Planned) => {
            const { steps, types, reasons } = planned;
            const own = <T>(all: Readonly<Record<string, T>>) =>
                Object.fromEntries(Object.entries(all).filter(([child]) => ownerOf(child, tested) === name));
            return {
                steps: own(steps),
                types: own(types),
                reasons: own(reasons),
                messages: messagesOf(planned, name),
            };
        };
        const expected = of(changes.inProcess);
        expect(Object.keys(expected.steps)).not.toEqual([]);
        expect(expected.messages).not.toEqual([]);
        expect(of(changes.throughPlugin)).toEqual(expected);
    });
});

describe("messages about bad input", () => {
    const all = { ...mistakes, ...deferredMistakes };
    /** What Pulumi prints in process, and by the name of a component through the plugin. */
    let inProcess: string;
    const throughPlugin: Record<string, string> = {};

    beforeAll(async () => {
        const stack = await TestStack.create("conformance-findings");
        inProcess = await stack.program(programWith(all)).failure("preview");
        stack.create("throughPlugin");
        for (const [name, mistake] of Object.entries(deferredMistakes)) {
            throughPlugin[name] = await stack.program(programWith({ [name]: mistake })).failure("preview");
        }
        // After the first error, Pulumi may stop before it has created the last components.
        for (let left = Object.entries(mistakes); left.length > 0;) {
            const output = await stack.program(programWith(Object.fromEntries(left))).failure("preview");
            const reported = left.filter(([name]) => messageAbout(name, output) !== undefined);
            if (reported.length === 0) throw new Error(`none of the mistakes is reported:\n${output}`);
            for (const [name] of reported) throughPlugin[name] = output;
            left = left.filter(([name]) => throughPlugin[name] === undefined);
        }
        stack.forget();
        console.log(["compared: findings", ...Object.keys(all).map(rowOf)].join("\n"));
    });

    function rowOf(name: string): string {
        const message = messageAbout(name, present(throughPlugin[name]));
        return `${name}: ${message?.match(/(?<=\[redis-database\/)[\w-]+(?=\]$)/gm)?.join(", ")}`;
    }

    test.each(Object.entries(all))("are the same: %s", (name, { message }) => {
        const output = present(throughPlugin[name]);
        expect(messageAbout(name, inProcess)).toContain(message);
        expect(messageAbout(name, output)).toBe(messageAbout(name, inProcess));
        for (const each of [inProcess, output]) {
            expect(hasStackTrace(each)).toBe(false);
            expect(isRegistered(name, each)).toBe(false);
        }
    });

    test("include at least 15 mistakes", () => {
        expect(Object.keys(all).length).toBeGreaterThanOrEqual(15);
    });
});
