/** The committed file with deliberate exceptions. Only what the base branch has applies. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { CORE_SCHEMA, load } from "js-yaml";
import { type Exception, type Exceptions, InvalidExceptions, noExceptions, readExceptions } from "../../review/index";
import { UsageError } from "../commandErrors";
import type { Project } from "./previews";
import { baseOf, fileAt, rootOf } from "./repository";

const fileName = "redisdb-allow.yaml";

interface Requested {
    /** `--allow`, relative to the current directory. */
    readonly file: string | undefined;
    /** `--base`. */
    readonly base: string | undefined;
}

/** `note` says why exceptions of the work tree do not apply. */
export async function findExceptions(
    project: Project,
    { file: given, base: requestedBase }: Requested,
    note: (text: string) => void,
): Promise<Exceptions> {
    const root = await rootOf(project);
    const file = given === undefined ? join(root ?? project.directory, fileName) : resolve(given);
    if (given !== undefined && !existsSync(file))
        throw new UsageError(`--allow: there is no file ${given}`, "give the path of the file with exceptions");
    const base = await baseOf(project, requestedBase);
    const proposed = existsSync(file) ? parse(readFileSync(file, "utf8"), relative(process.cwd(), file)) : [];
    const atBase = root !== undefined && base !== undefined ? await fileAt(project, base, root, file) : undefined;
    const applies = atBase === undefined ? [] : parse(atBase, `${relative(root ?? ".", file)} at ${base ?? ""}`);
    if (proposed.length === 0 && applies.length === 0) return noExceptions;
    if (base === undefined) {
        note("the base branch is not known, so no exception applies; name it with --base, such as --base origin/main");
        return noExceptions;
    }
    return { base: applies, proposed, file: relative(root ?? process.cwd(), file) };
}

function parse(text: string, where: string): readonly Exception[] {
    try {
        // Without dates of its own: a date stays the text that was written.
        return readExceptions(load(text, { schema: CORE_SCHEMA }));
    } catch (error) {
        if (!(error instanceof InvalidExceptions) && (error as Error).name !== "YAMLException") throw error;
        throw new UsageError(
            `${where} is not valid:\n${(error as Error).message}`,
            "write entries such as { database: sessions, code: redis-database/volume-replaced, reason: …, expires: 2027-01-31 }",
        );
    }
}
