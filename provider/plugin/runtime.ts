/** The language of the program, which a plugin learns from the project file: the engine starts it in the project's folder. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { load } from "js-yaml";

/** Pulumi's name of the runtime, such as `python`; undefined if there is no readable project file. */
export function runtimeOf(directory: string): string | undefined {
    const project = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"].map((name) => readProject(join(directory, name)));
    const runtime = project.find((each) => each !== undefined)?.runtime;
    if (runtime !== undefined) return typeof runtime === "string" ? runtime : runtime.name;
    const parent = dirname(directory);
    return parent === directory ? undefined : runtimeOf(parent);
}

interface Project {
    readonly runtime?: string | { readonly name?: string };
}

/** Messages with another spelling are better than none, so an unreadable file is no error. The engine reports it. */
function readProject(path: string): Project | undefined {
    try {
        return load(readFileSync(path, "utf8")) as Project;
    } catch {
        return undefined;
    }
}
