/** What is wrong with repositories, as the script provider/containers/backup/try.sh reports it. */
import { type BackupCode, backupRefusals } from "../backupRefusals";
import type { Finding } from "../findings";
import { defaultVolume } from "./repositories";

/** The argument that a refusal is about, if not the repository as a whole. */
const argumentOf: Readonly<Record<string, string>> = {
    "repository-password-wrong": "backup.encryptionPassword",
    "repository-credentials-refused": "backup.credentials",
    "repository-certificate-not-trusted": "backup.credentials.caCert",
};

/** The findings for the output of the script. `files` are those of the backup container, with all secrets. */
export function findingsAbout(output: string, files: Readonly<Record<string, string>>, owner: string): Finding[] {
    return output.split("\n").flatMap((line) => {
        const [number = "", code = "", ...rest] = line.split("\t");
        if (!isCode(code)) return [];
        const location = locationIn(files, number);
        const reason = withoutSecrets(rest.join(" "), files).replace(`repository ${number} (${location}): `, "");
        const repository = location === defaultVolume(owner) ? "backup" : `backup.repositories[${Number(number) - 1}]`;
        const argument = argumentOf[code];
        return [
            {
                code: `redis-database/${code}`,
                path: argument ?? repository,
                problem: argument
                    ? `does not work for the repository ${JSON.stringify(location)}: ${reason}`
                    : `cannot use the repository ${JSON.stringify(location)}: ${reason}`,
                remedy: backupRefusals[code].remedy,
            },
        ];
    });
}

function isCode(code: string): code is BackupCode {
    return Object.hasOwn(backupRefusals, code);
}

function locationIn({ repositories = "" }: Readonly<Record<string, string>>, number: string): string {
    const line = repositories.split("\n").find((each) => each.startsWith(`${number}\t`));
    return line?.split("\t").at(-1) ?? "";
}

/** Secrets of fewer than six characters could be part of any word. */
function withoutSecrets(text: string, files: Readonly<Record<string, string>>): string {
    const secrets = Object.entries(files).flatMap(([name, content]) =>
        /\.(password|aws|rest)$/.test(name) ? content.split("\n").map((line) => line.replace(/^aws_\w+ = /, "")) : [],
    );
    return secrets
        .filter((secret) => secret.length > 5 && secret !== "[default]")
        .reduce((all, secret) => all.replaceAll(secret, "(secret)"), text);
}
