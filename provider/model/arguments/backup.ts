/** Backups: where to, when, and for how long. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import {
    type BackupSpec,
    type Location,
    defaultKeep,
    defaultSchedule,
    defaultVerifyEvery,
    isOnHost,
    keepOf,
    locationOf,
    locationNames,
    repositoriesOf,
    verifyPeriods,
} from "../backup/repositories";
import { isSchedule } from "../backup/schedule";
import { changeOf, changeOfList } from "../changes/words";
import { type Finding, finding, problem } from "../findings";
import { type Given, type PlainArguments, type Rule, argument } from "./definition";
import { relation } from "./persistence";
import { boolean, choice, object, pem, secretText, text, wholeNumber } from "./schemas";

/** What the change table's row about backups reads. */
export interface WithBackup {
    readonly spec: { readonly backup?: BackupSpec };
    readonly args: PlainArguments;
}

const kept = (what: string) => wholeNumber(`a whole number of ${what}`, 0, 100000);

const keep = object(
    "give an object such as { daily: 30, monthly: 12, yearly: 6 }",
    {
        daily: argument(kept("backups"), {
            doc: "Days for which the last backup of the day is kept.",
            defaultDoc: String(defaultKeep.daily),
            example: 14,
        }),
        monthly: argument(kept("backups"), {
            doc: "Months for which the last backup of the month is kept.",
            defaultDoc: String(defaultKeep.monthly),
            example: 6,
        }),
        yearly: argument(kept("backups"), {
            doc: "Years for which the last backup of the year is kept.",
            defaultDoc: String(defaultKeep.yearly),
            example: 2,
        }),
        verified: argument(kept("backups"), {
            doc: "Number of verified backups, the newest ones, that are always kept.",
            defaultDoc: String(defaultKeep.verified),
            example: 1,
        }),
    },
    {
        doc:
            "How many backups are kept. Days without a backup do not count. All backups of the last 24 hours are kept in " +
            "addition. The final backup of a database that was deprovisioned is kept until you purge it.",
        defaultDoc: "{ daily: 30, monthly: 12, yearly: 6, verified: 3 }",
        example: { daily: 14, monthly: 6 },
        type: "BackupKeepArgs",
        typeDoc: "How many backups are kept.",
    },
);

const encryptionPassword = argument(secretText, {
    doc:
        "Password with which restic encrypts the repositories. It is required for every repository outside of the " +
        "Docker host. **If it is lost, no backup can be restored**: store a copy outside of Pulumi. Changing it makes " +
        "existing repositories unreadable.",
    defaultDoc: "repositories on the Docker host are not protected by a password",
    exampleCode: 'config.requireSecret("backupPassword")',
    secret: true,
});

const line = (what: string) => text(`give ${what} on one line`, (value) => /^[^\p{Cc}\p{Surrogate}]+$/u.test(value));

/** Also a part of the argument `restoreFrom`. */
export const credentials = object(
    "give an object such as { accessKeyId, secretAccessKey }",
    {
        accessKeyId: argument(line("the ID of the access key"), {
            doc: "ID of the access key for S3.",
            defaultDoc: "none",
            example: "AKIAIOSFODNN7EXAMPLE",
            exampleWith: { secretAccessKey: undefined },
        }),
        secretAccessKey: argument(secretText, {
            doc: "Secret access key for S3.",
            defaultDoc: "none",
            exampleCode: 'config.requireSecret("secretAccessKey")',
            exampleWith: { accessKeyId: undefined },
            secret: true,
        }),
        sessionToken: argument(secretText, {
            doc: "Session token of temporary credentials for S3. Backups fail once they expire.",
            defaultDoc: "none",
            exampleCode: 'config.requireSecret("sessionToken")',
            exampleWith: { accessKeyId: undefined, secretAccessKey: undefined },
            secret: true,
        }),
        region: argument(line("the name of the region"), {
            doc: "Region of the S3 bucket, if the server needs it.",
            defaultDoc: "none",
            example: "eu-central-1",
        }),
        caCert: argument(pem, {
            doc: "The CA with which the server's certificate is verified, in PEM.",
            defaultDoc: "the CAs that browsers trust",
            exampleCode: 'readFileSync("storage-ca.pem", "utf8")',
        }),
        user: argument(line("the name of the user"), {
            doc: "User of restic's REST server.",
            defaultDoc: "none",
            example: "backups",
            exampleWith: { password: undefined },
        }),
        password: argument(secretText, {
            doc: "The user's password.",
            defaultDoc: "none",
            exampleCode: 'config.requireSecret("restPassword")',
            exampleWith: { user: undefined },
            secret: true,
        }),
    },
    {
        doc: "How to log in to S3 or to restic's REST server.",
        defaultDoc: "none",
        exampleCode:
            '{ accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: config.requireSecret("secretAccessKey") }',
        type: "BackupCredentialsArgs",
        typeDoc: "How to log in to S3 or to restic's REST server.",
    },
);

/** A URL without a login, which messages and `docker inspect` would show. */
const urlWithPath = (value: string, needsPath: boolean) =>
    /^https?:\/\/[^\s/@?#\\]+(\/[^\s?#\\]*)?$/.test(value) &&
    URL.canParse(value) &&
    (!needsPath || new URL(value).pathname.length > 1);

/** Where backups are. Also the location of the argument `restoreFrom`. */
export const locationArguments = {
    volume: argument(
        text("give the name of a Docker volume", (value) => /^[a-zA-Z0-9][\w.-]*$/.test(value)),
        {
            doc: "Name of a Docker volume. Docker creates it, and Pulumi never deletes it.",
            example: "sessions-backups",
        },
    ),
    path: argument(
        text("give an absolute path on the Docker host, without a colon", (value) =>
            /^\/[^:\p{Cc}\p{Surrogate}]+$/u.test(value),
        ),
        { doc: "Absolute path of a directory on the Docker host. Docker creates it.", example: "/srv/backups" },
    ),
    s3: argument(
        text(
            'give the URL of a bucket, such as "https://s3.eu-central-1.amazonaws.com/my-backups/sessions"; a login belongs in credentials',
            (value) => urlWithPath(value, true),
        ),
        {
            doc: "URL of a bucket of S3-compatible storage: `https://HOST[:PORT]/BUCKET[/PREFIX]`. `http://` is not encrypted.",
            mayHoldSecret: true,
            example: "https://s3.eu-central-1.amazonaws.com/my-backups/sessions",
        },
    ),
    sftp: argument(
        text(
            'give a user, a host and a directory, such as "backups@storage.example.com:/srv/backups"',
            (value) => /^([^\s@:/]+@)?[^\s@:/]+:[^\s:][^\p{Cc}\p{Surrogate}]*$/u.test(value) && !value.includes("://"),
        ),
        {
            doc:
                "Directory on a host with SSH: `USER@HOST:DIRECTORY`. Not tested, and only for an `image` that has the " +
                "program `ssh`, a key and the known hosts.",
            mayHoldSecret: true,
            example: "backups@storage.example.com:/srv/backups",
        },
    ),
    rest: argument(
        text('give a URL without a login, such as "https://storage.example.com:8000/sessions"', (value) =>
            urlWithPath(value, false),
        ),
        {
            doc: "URL of restic's REST server. Not tested.",
            mayHoldSecret: true,
            example: "https://storage.example.com:8000/sessions",
        },
    ),
};

const withPassword = { exampleWith: { encryptionPassword: undefined } };
const onVolume = { exampleWith: { volume: undefined } };

const repository = object(
    'give an object such as { volume: "sessions-backups" }',
    {
        ...locationArguments,
        s3: { ...locationArguments.s3, ...withPassword },
        sftp: { ...locationArguments.sftp, ...withPassword },
        rest: { ...locationArguments.rest, ...withPassword },
        keep: {
            ...keep,
            ...onVolume,
            doc: "How many backups are kept here. What is not set is that of `backup.keep`.",
        },
        appendOnly: argument(boolean, {
            doc:
                "Whether backups here are only added. Use it if the storage refuses to delete, as with an object lock, or " +
                "if another program with its own credentials runs `restic forget`.",
            default: false,
            example: true,
            ...onVolume,
        }),
        encryptionPassword: {
            ...encryptionPassword,
            ...onVolume,
            doc: "Password of this repository.",
            defaultDoc: "that of `backup`",
        },
        credentials: {
            ...credentials,
            exampleWith: { s3: undefined, encryptionPassword: undefined },
            doc: "How to log in here.",
            defaultDoc: "those of `backup`",
        },
    },
    {
        doc: "",
        example: { volume: "sessions-backups" },
        type: "BackupRepositoryArgs",
        typeDoc: "Where backups are stored: exactly one of `volume`, `path`, `s3`, `sftp` and `rest`.",
    },
);

export const backupArguments = {
    backup: object(
        "give an object such as {} for daily backups to a Docker volume",
        {
            repositories: argument(
                z
                    .array(repository.schema, { error: 'give a list such as [{ volume: "sessions-backups" }]' })
                    .min(1, { error: "give at least one, or leave it out" })
                    .max(9, { error: "give at most 9" }),
                {
                    doc: "Where backups are stored. Each backup is stored in every repository, which needs no set-up.",
                    defaultDoc: "the Docker volume PROJECT-STACK-NAME-backups, which `pulumi destroy` keeps",
                    example: [{ volume: "sessions-backups" }],
                    decides: true,
                    type: "BackupRepositoryArgs[]",
                    element: repository,
                },
            ),
            schedule: argument(
                text(
                    'give "hourly", "daily", "weekly" or a cron expression in UTC such as "30 3 * * *"',
                    isSchedule,
                ).overwrite((value) => value.trim().replace(/ +/g, " ")),
                {
                    doc:
                        'When backups are made: `"hourly"`, `"daily"`, `"weekly"`, or a cron expression with five fields in ' +
                        "UTC. With a name, the time depends on the database's name, so that databases do not all start at once.",
                    default: defaultSchedule,
                    example: "30 3 * * *",
                },
            ),
            keep,
            encryptionPassword,
            credentials: {
                ...credentials,
                exampleWith: {
                    repositories: [{ s3: "https://s3.eu-central-1.amazonaws.com/my-backups/sessions" }],
                    encryptionPassword: undefined,
                },
            },
            verifyEvery: argument(choice(verifyPeriods), {
                doc:
                    "How often the newest backup of each repository is restored into a temporary server and compared with " +
                    "what was backed up.",
                default: defaultVerifyEvery,
                example: "month",
                type: '"day" | "week" | "month" | "never"',
            }),
            notify: object(
                'give an object such as { url: config.requireSecret("webhook") }',
                {
                    url: argument(
                        text(
                            'give a URL such as "https://hooks.example.com/redis"',
                            (value) => /^https?:\/\/[^\s\\"]+$/.test(value) && URL.canParse(value),
                        ),
                        {
                            doc: "URL of a webhook, which receives JSON in a POST request.",
                            exampleCode: 'config.requireSecret("webhook")',
                            required: true,
                            secret: true,
                        },
                    ),
                },
                {
                    doc: "Reports failed backups, and the next one that succeeds.",
                    defaultDoc: "only the health check and the logs of the backup container report failures",
                    decides: true,
                    type: "BackupNotifyArgs",
                    typeDoc: "Who learns of failed backups.",
                },
            ),
        },
        {
            doc:
                "Backups with restic, in a container of its own with a memory limit of `memoryMb` plus 256 MiB. Each one is checked, encrypted if there is a " +
                "password, and deduplicated. A replica is only backed up if it sets `backup` too. " +
                'See the guide "Back up and restore".',
            defaultDoc: "no backups",
            example: { schedule: "hourly" },
            decides: true,
            type: "BackupArgs",
            typeDoc: "Backups: where they are stored, when they are made, and how long they are kept.",
            changes: [
                {
                    row: "backup",
                    value: (database: WithBackup) => comparable(database),
                    words: (before: WithBackup, after: WithBackup, shown: boolean) => changeWords(before, after, shown),
                },
            ],
        },
    ),
};

/** The values that a change compares, including the secrets. */
function comparable({ spec, args }: WithBackup): unknown {
    if (!spec.backup) return undefined;
    const { encryptionPassword, credentials, notify, repositories = [] } = args.backup as PlainArguments;
    const access = (repositories as readonly PlainArguments[]).map((each) => [
        each.encryptionPassword,
        each.credentials,
    ]);
    const { schedule, verifyEvery } = spec.backup;
    // The default volume depends on the database's name, whose change has its own row.
    return [schedule, verifyEvery, repositoriesOf(spec.backup, ""), encryptionPassword, credentials, notify, access];
}

function changeWords(
    { spec: { backup: old }, args: oldArgs }: WithBackup,
    { spec: { backup: now }, args }: WithBackup,
    shown: boolean,
): string[] {
    if (!old || !now) return [`backup ${now ? "added" : "removed"}`];
    const [before, after] = [oldArgs.backup, args.backup] as [PlainArguments, PlainArguments];
    const changed = (name: string) => (isDeepStrictEqual(before[name], after[name]) ? [] : [`backup.${name} changed`]);
    const change = (name: "schedule" | "verifyEvery") =>
        old[name] === now[name] ? [] : [changeOf(`backup.${name}`, old[name], now[name], shown)];
    const lists = changeOfList("backup.repositories", locationNames(old), locationNames(now), shown);
    return [
        ...(lists.length > 0 ? lists : changed("repositories")),
        ...change("schedule"),
        ...(isDeepStrictEqual(keepOf(old), keepOf(now))
            ? []
            : [changeOf("backup.keep", { ...keepOf(old) }, { ...keepOf(now) }, shown)]),
        ...change("verifyEvery"),
        ...["encryptionPassword", "credentials", "notify"].flatMap(changed),
    ];
}

export const backupProblems = {
    withoutLocation: problem(
        "backup-repository-without-location",
        "A repository has none of `volume`, `path`, `s3`, `sftp` and `rest`.",
        "give exactly one of volume, path, s3, sftp and rest",
    ),
    inTwoLocations: problem(
        "backup-repository-in-two-locations",
        "A repository has more than one of `volume`, `path`, `s3`, `sftp` and `rest`.",
        "give exactly one of volume, path, s3, sftp and rest; for several repositories, give several entries",
    ),
    repositoryTwice: problem(
        "backup-repository-twice",
        "Two of `backup.repositories` are the same, or one is inside the other.",
        "leave one of them out, or give another location",
    ),
    repositoryWithData: problem(
        "backup-repository-with-data",
        "A repository is the volume or directory of the database's data, or overlaps it.",
        "give another volume or directory, best on another disk",
    ),
    keepsNothing: problem(
        "backup-keeps-nothing",
        "`daily`, `monthly` and `yearly` of `keep` are all 0, so backups would be deleted at once.",
        "give at least one of daily, monthly and yearly",
    ),
    passwordRequired: problem(
        "backup-password-required",
        "Backups outside of the Docker host must be encrypted, but there is no `encryptionPassword`.",
        "give an encryptionPassword, and store a copy of it outside of Pulumi",
    ),
    credentialsUnused: problem(
        "backup-credentials-unused",
        "`credentials` are set, but no repository needs them.",
        "leave them out, or use them with s3 or rest",
    ),
    credentialsIncomplete: problem(
        "backup-credentials-incomplete",
        "`credentials` have only one part of a login.",
        "give accessKeyId together with secretAccessKey, and user together with password",
    ),
};

function isObject(value: unknown): value is PlainArguments {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Values {
    readonly data?: Location & { readonly hostPath?: string };
}

/** Checks each part, even if other parts are invalid. */
function checkBackup({ args: { backup }, values }: Given<Values>): Finding[] {
    if (!isObject(backup)) return [];
    const repositories = Array.isArray(backup.repositories) ? (backup.repositories as unknown[]) : [];
    const all = repositories.map((each) => (isObject(each) ? each : undefined));
    const needsLogin = all.some((each) => each && (each.s3 !== undefined || each.rest !== undefined));
    return [
        ...checkKeep("backup.keep", backup.keep),
        ...checkCredentials("backup.credentials", backup.credentials, needsLogin),
        ...all.flatMap((each, index) => (each ? checkRepository(each, index, all, backup, values) : [])),
    ];
}

function checkRepository(
    given: PlainArguments,
    index: number,
    all: readonly (PlainArguments | undefined)[],
    backup: PlainArguments,
    { data }: Values,
): Finding[] {
    const path = `backup.repositories[${index}]`;
    const inherited = isObject(backup.keep) ? backup.keep : {};
    const found = [
        ...(isObject(given.keep) ? checkKeep(`${path}.keep`, { ...inherited, ...given.keep }) : []),
        ...checkCredentials(
            `${path}.credentials`,
            given.credentials,
            given.s3 !== undefined || given.rest !== undefined,
        ),
    ];
    const location = checkLocation(path, given);
    if (location.length > 0) return [...found, ...location];
    const [kind, value] = locationOf(given);
    const isPassworded = (given.encryptionPassword ?? backup.encryptionPassword) !== undefined;
    if (!isOnHost(kind) && !isPassworded) {
        const text = `is missing, but ${path}.${kind} is outside of the Docker host`;
        found.push(finding(backupProblems.passwordRequired, "backup.encryptionPassword", text));
    }
    const first = all.findIndex((other) => other && overlaps(given, other));
    // An unresolved location overlaps no other one, not even itself.
    if (first >= 0 && first < index) {
        found.push(
            finding(
                backupProblems.repositoryTwice,
                `${path}.${kind}`,
                `is the same as backup.repositories[${first}], or one is inside the other`,
            ),
        );
    }
    const ofData =
        kind === "volume"
            ? typeof value === "string" && data?.volume === value
            : kind === "path" && overlaps(given, { path: data?.hostPath });
    if (data && ofData) {
        found.push(
            finding(
                backupProblems.repositoryWithData,
                `${path}.${kind}`,
                `is ${JSON.stringify(value)}, where the database has its data`,
            ),
        );
    }
    return found;
}

/** Problems with the number of locations of a repository. */
export function checkLocation(path: string, given: PlainArguments): Finding[] {
    const names = Object.keys(locationArguments).filter((name) => given[name] !== undefined);
    if (names.length === 1) return [];
    return names.length === 0
        ? [finding(backupProblems.withoutLocation, path, "has none of volume, path, s3, sftp and rest")]
        : [finding(backupProblems.inTwoLocations, path, `has ${names.join(" and ")}`)];
}

/** Whether two repositories are the same, or one is a directory inside the other. */
function overlaps(one: PlainArguments, other: PlainArguments): boolean {
    return Object.keys(locationArguments).some((name) => {
        const [a, b] = [one[name], other[name]];
        if (typeof a !== "string" || typeof b !== "string") return false;
        return name === "volume" ? a === b : relation(a, b) !== undefined;
    });
}

function checkKeep(path: string, keep: unknown): Finding[] {
    if (!isObject(keep)) return [];
    const { daily, monthly, yearly } = { ...defaultKeep, ...keep };
    return [daily, monthly, yearly].every((count) => count === 0)
        ? [finding(backupProblems.keepsNothing, path, "has 0 for daily, monthly and yearly, so it keeps nothing")]
        : [];
}

/** Problems with credentials. `used` says whether a repository may need them. */
export function checkCredentials(path: string, credentials: unknown, used: boolean): Finding[] {
    if (!isObject(credentials)) return [];
    const pairs = [
        ["accessKeyId", "secretAccessKey"],
        ["user", "password"],
    ] as const;
    const incomplete = pairs.flatMap(([one, other]) => {
        const [has, lacks] = credentials[one] === undefined ? [other, one] : [one, other];
        if (credentials[has] === undefined || credentials[lacks] !== undefined) return [];
        return [finding(backupProblems.credentialsIncomplete, path, `has ${has}, but not ${lacks}`)];
    });
    return used
        ? incomplete
        : [
              ...incomplete,
              finding(backupProblems.credentialsUnused, path, "is set, but no repository here is s3 or rest"),
          ];
}

export const backupRules: readonly Rule[] = [checkBackup];
