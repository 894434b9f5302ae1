/** The plugin finds the language of the program in the project file. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtimeOf } from "../../../provider/plugin/runtime";

let project: string;
beforeEach(() => (project = mkdtempSync(join(tmpdir(), "project-"))));
afterEach(() => {
    rmSync(project, { recursive: true });
});

const write = (name: string, text: string) => {
    writeFileSync(join(project, name), text);
};

test.each([
    ["Pulumi.yaml", "name: a\nruntime: python\n", "python"],
    ["Pulumi.yaml", "name: a\nruntime: { name: go, options: { binary: ./prog } }\n", "go"],
    ["Pulumi.yml", "runtime:\n  name: yaml\n", "yaml"],
    ["Pulumi.json", '{ "runtime": "dotnet" }', "dotnet"],
    ["Pulumi.yaml", "{ this is not YAML", undefined],
    ["Pulumi.yaml", "just a string", undefined],
    ["Pulumi.yaml", "", undefined],
])("%s: %j", (name, text, runtime) => {
    write(name, text);
    expect(runtimeOf(project)).toBe(runtime);
});

test("without a project file, there is none", () => {
    expect(runtimeOf(project)).toBeUndefined();
});

test("a program in a folder of the project has the project's", () => {
    write("Pulumi.yaml", "runtime: python\nmain: source\n");
    mkdirSync(join(project, "source"));
    expect(runtimeOf(join(project, "source"))).toBe("python");
});
