/** Which backups a verb works on: those of a handle, of a database in a Pulumi stack, or in a repository. */
import { readFileSync } from "node:fs";
import { Option } from "commander";
import { type Location, locationKinds } from "../model/backup/repositories";
import {
    type RepositoryAccess,
    type RepositoryCredentials,
    type StackDatabase,
    stackDatabase,
} from "../platform/index";
import { UsageError, programFailed } from "./commandErrors";
import { projectOf, pulumi } from "./review/previews";
import type { Call, Session } from "./verb";
import { textFlag } from "./verbs/operands";

export const stackFlags = (): Option[] => [
    new Option("--stack <stack>", "the Pulumi stack of a program; HANDLE is then the name of a database in it"),
    new Option("--cwd <directory>", "the directory of the program's Pulumi project").default("."),
];

export const repositoryFlags = (): Option[] => [
    new Option(
        "--repository <place>",
        "a repository in place of HANDLE: volume:NAME, path:/DIRECTORY, s3:https://HOST/BUCKET, sftp:… or rest:…",
    ),
    new Option("--encryption-password-file <file>", "file with the password of the repository (or RESTIC_PASSWORD)"),
    new Option(
        "--credentials-file <file>",
        "file with the credentials for the repository as JSON, such as { accessKeyId, secretAccessKey } (or AWS_ACCESS_KEY_ID, …)",
    ),
];

/** A handle, or a database in the stack that a flag names. `withSecrets` exports what a restore needs. */
export async function databaseNamed(
    name: string,
    session: Session,
    call: Call,
    withSecrets = false,
): Promise<string | StackDatabase> {
    const stack = textFlag(call, "stack");
    if (stack === undefined) return name;
    const project = projectOf(session, textFlag(call, "cwd"));
    const args = ["stack", "export", "--stack", stack, ...(withSecrets ? ["--show-secrets"] : [])];
    const { code, stdout, stderr } = await pulumi(project, args);
    if (code !== 0) throw programFailed("pulumi stack export", stderr, "correct what its message says");
    return stackDatabase(stdout, name);
}

/** What a call works on, and the operands after it. With a repository, there is no handle among them. */
export async function placeOf(session: Session, call: Call) {
    const { operands } = call;
    const repository = repositoryOf(session, call);
    if (repository) {
        if (textFlag(call, "stack") !== undefined) {
            throw new UsageError("both --repository and --stack are given", "leave one of them out");
        }
        return { place: repository, rest: operands };
    }
    const [name, ...rest] = operands;
    if (name === undefined) {
        throw new UsageError("there is no handle", "give the handle of a database or a replica, or --repository");
    }
    return { place: await databaseNamed(name, session, call), rest };
}

/** Undefined without the flag `--repository`. */
export function repositoryOf({ env }: Session, call: Call): RepositoryAccess | undefined {
    const place = textFlag(call, "repository");
    const passwordFile = textFlag(call, "encryptionPasswordFile");
    const credentialsFile = textFlag(call, "credentialsFile");
    if (place === undefined) {
        if (passwordFile === undefined && credentialsFile === undefined) return undefined;
        const flag = passwordFile === undefined ? "--credentials-file" : "--encryption-password-file";
        throw new UsageError(`${flag} is given without --repository`, "give the repository, or leave it out");
    }
    const repository = locationIn(place);
    const encryptionPassword =
        passwordFile === undefined
            ? env.RESTIC_PASSWORD
            : contentOf("--encryption-password-file", passwordFile).replace(/\r?\n$/, "");
    const credentials =
        credentialsFile === undefined ? credentialsIn(env, repository) : credentialsInFile(credentialsFile);
    return {
        repository,
        ...(encryptionPassword && { encryptionPassword }),
        ...(credentials && { credentials }),
    };
}

function locationIn(place: string): Location {
    const [kind, value] = [place.slice(0, place.indexOf(":")), place.slice(place.indexOf(":") + 1)];
    const known = locationKinds.find((each) => each === kind);
    if (known === undefined || value === "" || (known === "path" && !value.startsWith("/"))) {
        throw new UsageError(
            `--repository ${place} names no repository`,
            "give volume:NAME, path:/DIRECTORY, s3:https://HOST/BUCKET, sftp:USER@HOST:DIRECTORY or rest:https://HOST",
        );
    }
    if (/^https?:\/\/[^/]*@/.test(value)) {
        throw new UsageError(
            "--repository contains a login, which other users of this machine can see in the list of processes",
            "leave the login out of the URL, and give --credentials-file FILE",
        );
    }
    return { [known]: value };
}

/** The variables that other programs for S3 and restic read. */
function credentialsIn(env: NodeJS.ProcessEnv, { s3, rest }: Location): RepositoryCredentials | undefined {
    const given: Readonly<Record<keyof RepositoryCredentials, string | undefined>> = {
        accessKeyId: s3 && env.AWS_ACCESS_KEY_ID,
        secretAccessKey: s3 && env.AWS_SECRET_ACCESS_KEY,
        sessionToken: s3 && env.AWS_SESSION_TOKEN,
        region: s3 && (env.AWS_REGION ?? env.AWS_DEFAULT_REGION),
        caCert: undefined,
        user: rest && env.RESTIC_REST_USERNAME,
        password: rest && env.RESTIC_REST_PASSWORD,
    };
    const found = Object.entries(given).filter(([, value]) => value);
    return found.length > 0 ? Object.fromEntries(found) : undefined;
}

const credentialNames: readonly string[] = [
    "accessKeyId",
    "secretAccessKey",
    "sessionToken",
    "region",
    "caCert",
    "user",
    "password",
] satisfies (keyof RepositoryCredentials)[];

function credentialsInFile(file: string): RepositoryCredentials {
    const text = contentOf("--credentials-file", file);
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        value = undefined;
    }
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    // The text is not part of the error, since it contains a secret.
    const unknown = isObject ? Object.keys(value as object).find((name) => !credentialNames.includes(name)) : undefined;
    const wrong = isObject ? Object.values(value as object).some((each) => typeof each !== "string") : true;
    if (!wrong && unknown === undefined) return value as RepositoryCredentials;
    throw new UsageError(
        `--credentials-file: ${file} ${unknown === undefined ? "is not a JSON object of strings" : `has an unknown member ${JSON.stringify(unknown)}`}`,
        `give an object with some of ${credentialNames.join(", ")}`,
    );
}

function contentOf(flag: string, file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        const { code = "" } = error as NodeJS.ErrnoException;
        throw new UsageError(`${flag}: ${file} cannot be read (${code})`, "give the path of a file that you can read");
    }
}
