/** Data from a backup, a file or another server, with which a new database starts. */
import { z } from "zod";
import { compareVersions, nameOf, releaseOf, versions } from "../catalog/versions";
import { changeOf } from "../changes/words";
import { type Finding, finding, problem } from "../findings";
import { checkCredentials, checkLocation, credentials, locationArguments } from "./backup";
import { type Given, type PlainArguments, type Rule, argument } from "./definition";
import { object, pem, secretText, text } from "./schemas";

/** The sources of which a program gives one. */
export const restoreSources = ["repository", "rdbFile", "appendOnlyDir", "url"] as const;
export type RestoreSource = (typeof restoreSources)[number];

/** A live server from which data is copied. */
export interface LiveServer {
    readonly tls: boolean;
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
}

/** Parses `redis://` and `rediss://` URLs; `undefined` if invalid. A path, which selects a database, makes no difference. */
export function parseServerUrl(value: string): LiveServer | undefined {
    if (!URL.canParse(value) || /[\s\p{Cc}]/u.test(value)) return undefined;
    const { protocol, hostname, port, username, password, search, hash } = new URL(value);
    if (!["redis:", "rediss:"].includes(protocol) || hostname === "" || search !== "" || hash !== "") return undefined;
    try {
        const [user, secret] = [username, password].map(decodeURIComponent) as [string, string];
        if (/\p{Cc}/u.test(user + secret)) return undefined;
        return {
            tls: protocol === "rediss:",
            host: hostname.replace(/^\[(.*)\]$/, "$1"),
            port: port === "" ? 6379 : Number(port),
            // Before 6.0 there are no users. Some clients write "default", or the password alone.
            user: user === "default" ? "" : user,
            password: secret,
        };
    } catch {
        return undefined;
    }
}

const absolutePath = (of: string) =>
    text(`give the absolute path of ${of} on the Docker host, without a colon`, (value) =>
        /^\/[^:\r\n\0]+$/.test(value),
    );

const time = text(
    'give a time with its zone, such as "2026-11-30T18:00:00Z"',
    (value) =>
        /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value)),
);

const backupId = text('give "latest" or the ID of a backup, such as "20261127-031500-9f3a"', (value) =>
    /^(latest|[0-9A-Za-z][0-9A-Za-z-]{2,63})$/.test(value),
);

const snapshotObject = object(
    'give "latest", the ID of a backup, or an object such as { before: "2026-11-30T18:00:00Z" }',
    {
        id: argument(backupId, {
            doc: "ID of the backup, or `latest`.",
            defaultDoc: '"latest"',
            example: "20261127-031500-9f3a",
        }),
        before: argument(time, {
            doc: "The last backup before this time, in ISO 8601 with its zone. Cannot be combined with `id`.",
            defaultDoc: "none",
            example: "2026-11-30T18:00:00Z",
        }),
    },
    {
        doc:
            'Which backup to restore: `"latest"`, the ID of a backup as `redisdb backup list` shows it, or ' +
            '`{ before: "2026-11-30T18:00:00Z" }` for the last one before a time.',
        docElsewhere: "Which backup to restore: by its `id`, or the last one `before` a time.",
        default: { id: "latest" },
        defaultDoc: '"latest"',
        example: { before: "2026-11-30T18:00:00Z" },
        exampleWith: { repository: { volume: "shop-prod-sessions-backups" } },
        type: "SnapshotArgs | string",
        typeDoc: "A backup of a repository: by its ID, or the last one before a time.",
    },
);

const snapshot = {
    ...snapshotObject,
    schema: z.preprocess((value) => (typeof value === "string" ? { id: value } : value), snapshotObject.schema),
};

const repositoryExample = { repository: { volume: "shop-prod-sessions-backups" } };

const repository = object(
    'give an object such as { volume: "shop-prod-sessions-backups" } or { s3: "https://s3.example.com/backups" }',
    {
        ...locationArguments,
        volume: { ...locationArguments.volume, doc: "Name of a Docker volume." },
        path: { ...locationArguments.path, doc: "Absolute path of a directory on the Docker host." },
    },
    {
        doc:
            "A repository of backups: exactly one of `volume`, `path`, `s3`, `sftp` and `rest`. It is only read. " +
            "`version` must then be set, to the backup's version or a later one.",
        defaultDoc: "none",
        example: { volume: "shop-prod-sessions-backups" },
        type: "RestoreRepositoryArgs",
        typeDoc: "The location of a repository: one of its properties.",
    },
);

/** What the change table compares: everything that decides which data is restored. */
type Restored = {
    spec: { restoreFrom?: { [name: string]: unknown; credentials?: unknown } };
    args: PlainArguments;
};

const restoredFrom = ({ spec, args }: Restored) => {
    if (!spec.restoreFrom) return undefined;
    const { credentials: _credentials, caCert: _caCert, ...source } = spec.restoreFrom;
    return { ...source, url: (args.restoreFrom as PlainArguments | undefined)?.url };
};

const restoreWords = (before: Restored, after: Restored) => [
    changeOf("restoreFrom", before.spec.restoreFrom && {}, after.spec.restoreFrom && {}, false),
];

export const restoreArguments = {
    restoreFrom: object(
        'give an object such as { repository: { volume: "shop-prod-sessions-backups" } } or { rdbFile: "/srv/dump.rdb" }',
        {
            repository,
            snapshot,
            database: argument(
                text('give PROJECT/STACK/NAME, such as "shop/prod/sessions"', (value) =>
                    /^[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(value),
                ),
                {
                    doc: "Whose backups are meant: the project, stack and name of the database that was backed up.",
                    defaultDoc: "this database, if the repository has backups of it, otherwise the only database in it",
                    example: "shop/prod/sessions",
                    exampleWith: repositoryExample,
                },
            ),
            encryptionPassword: argument(secretText, {
                doc: "The repository's password. Without it, an encrypted repository cannot be read by anyone.",
                defaultDoc: "none, for a repository without a password",
                exampleCode: 'config.requireSecret("backupPassword")',
                exampleWith: repositoryExample,
                secret: true,
            }),
            credentials: { ...credentials, exampleWith: { repository: { s3: "https://s3.example.com/backups" } } },
            rdbFile: argument(absolutePath("a dump"), {
                doc: "Absolute path of a dump (`dump.rdb`) on the Docker host, also one that `redisdb backup export` wrote.",
                defaultDoc: "none",
                example: "/srv/import/dump.rdb",
            }),
            appendOnlyDir: argument(absolutePath("a directory"), {
                doc:
                    "Absolute path of a directory on the Docker host that contains `appendonlydir` or `appendonly.aof`. The " +
                    "server that wrote them must be stopped, or the directory a copy.",
                defaultDoc: "none",
                example: "/srv/import",
            }),
            url: argument(
                text(
                    'give a URL such as "rediss://user:password@redis.example.com:6380"; encode special characters in the password',
                    (value) => parseServerUrl(value) !== undefined,
                ),
                {
                    doc:
                        "URL of a server that runs, `redis://` or `rediss://`, whose data is copied once. It is reached from a " +
                        "container on the Docker host. Its user needs the commands `SYNC`, `PSYNC`, `REPLCONF` and `PING`, which many " +
                        "hosted services do not permit: use a dump from there instead. Writes during the copy are not part of it.",
                    defaultDoc: "none",
                    exampleCode: 'config.requireSecret("oldUrl")',
                    secret: true,
                },
            ),
            caCert: argument(pem, {
                doc:
                    "Certificate of the CA in PEM that verifies the server of a `rediss://` URL, which requires it. Every " +
                    "certificate of this CA is accepted, because redis-cli does not compare host names.",
                defaultDoc: "none",
                exampleCode: 'readFileSync("redis-ca.pem", "utf8")',
                exampleWith: { url: "rediss://app:password@redis.example.com:6380" },
            }),
        },
        {
            doc:
                "The data with which a new database starts, from exactly one of `repository`, `rdbFile`, `appendOnlyDir` and " +
                "`url`. It is restored once, before the server's first start, onto an empty data volume. It cannot be added or " +
                'changed later, and can be removed at any time. See the guide "Back up and restore".',
            defaultDoc: "the database starts empty",
            example: repositoryExample,
            exampleWith: { version: "8.6" },
            decides: true,
            type: "RestoreArgs",
            typeDoc: "The source of a new database's data: one of `repository`, `rdbFile`, `appendOnlyDir` and `url`.",
            changes: [
                { row: "restoreRemoved", label: "`restoreFrom` removed", value: restoredFrom, words: restoreWords },
                {
                    row: "restoreChanged",
                    label: "`restoreFrom` added or changed",
                    value: restoredFrom,
                    words: restoreWords,
                },
            ],
        },
    ),
};

export const restoreProblems = {
    sources: problem(
        "restore-source",
        "`restoreFrom` must have exactly one of `repository`, `rdbFile`, `appendOnlyDir` and `url`.",
        "give exactly one of repository, rdbFile, appendOnlyDir and url",
    ),
    snapshot: problem(
        "restore-snapshot",
        "`restoreFrom.snapshot` has both `id` and `before`, or neither.",
        "give either id or before",
    ),
    unused: problem(
        "restore-argument-unused",
        "A property of `restoreFrom` belongs to another source than the one that is given.",
        "leave it out, or give the source that it belongs to",
    ),
    noCa: problem(
        "restore-url-without-ca",
        "`restoreFrom.url` uses TLS, but `caCert` is not set, so the server's certificate cannot be verified.",
        "give the certificate of the CA that issued the server's certificate as caCert",
    ),
    tlsUnsupported: problem(
        "restore-url-tls-unsupported",
        "`restoreFrom.url` uses TLS, which redis-cli supports from 6.0 on.",
        "restore into version 6.0 or later, or give a dump of the server as rdbFile",
    ),
    loginUnsupported: problem(
        "restore-url-login-unsupported",
        "The version's redis-cli cannot log in to the server of `restoreFrom.url` without showing the password to everyone on the Docker host.",
        "restore into a later version, or give a dump of the server as rdbFile",
    ),
    withFiles: problem(
        "restore-with-files",
        "`data.files` adopts existing files, but `restoreFrom` restores onto an empty location only.",
        "leave out either data.files or restoreFrom",
    ),
    withPrimary: problem(
        "restore-with-primary",
        "`primary` names a replica, whose data would replace what `restoreFrom` restores.",
        "leave out primary until the database has been created; afterwards, leave out restoreFrom",
    ),
};

interface RestoreValues {
    readonly restoreFrom?: PlainArguments;
    readonly data?: { readonly files?: unknown };
    readonly primaryName?: string;
}

/** Members that only one source has. */
const ofSource: Readonly<Record<string, RestoreSource>> = {
    snapshot: "repository",
    database: "repository",
    encryptionPassword: "repository",
    credentials: "repository",
    caCert: "url",
};

export const restoreRules: readonly Rule[] = [
    ({ partial: { restoreFrom }, values, wanted }: Given<RestoreValues>) => {
        if (typeof restoreFrom !== "object") return [];
        const given = restoreSources.filter((source) => restoreFrom[source] !== undefined);
        const [source] = given;
        if (given.length !== 1 || source === undefined) {
            const text = given.length === 0 ? "has no source" : `has ${given.length} sources: ${given.join(", ")}`;
            return [finding(restoreProblems.sources, "restoreFrom", text)];
        }
        return [
            ...unusedMembers(restoreFrom, source),
            ...checkRepository(restoreFrom),
            ...checkUrl(restoreFrom, wanted),
            ...(values.data?.files === undefined
                ? []
                : [finding(restoreProblems.withFiles, "data.files", "is set together with restoreFrom")]),
            ...(values.primaryName === undefined
                ? []
                : [finding(restoreProblems.withPrimary, "primary", "is set together with restoreFrom")]),
        ];
    },
];

function unusedMembers(restoreFrom: PlainArguments, source: RestoreSource): Finding[] {
    return Object.entries(ofSource)
        .filter(([name, owner]) => restoreFrom[name] !== undefined && owner !== source)
        .map(([name, owner]) =>
            finding(
                restoreProblems.unused,
                `restoreFrom.${name}`,
                `belongs to \`${owner}\`, but the source is ${source}`,
            ),
        );
}

function checkRepository({ repository, snapshot, credentials }: PlainArguments): Finding[] {
    const found: Finding[] = [];
    if (isObject(repository)) {
        const needsLogin = repository.s3 !== undefined || repository.rest !== undefined;
        found.push(
            ...checkLocation("restoreFrom.repository", repository),
            ...checkCredentials("restoreFrom.credentials", credentials, needsLogin),
        );
    }
    if (isObject(snapshot) && (snapshot.id === undefined) === (snapshot.before === undefined)) {
        const text = snapshot.id === undefined ? "has neither id nor before" : "has both id and before";
        found.push(finding(restoreProblems.snapshot, "restoreFrom.snapshot", text));
    }
    return found;
}

function isObject(value: unknown): value is PlainArguments {
    return typeof value === "object" && value !== null;
}

function checkUrl({ url, caCert }: PlainArguments, wanted: Given["wanted"]): Finding[] {
    const server = typeof url === "string" ? parseServerUrl(url) : undefined;
    if (!server) return [];
    const found = (kind: keyof typeof restoreProblems, text: string) =>
        finding(restoreProblems[kind], "restoreFrom.url", text);
    const release = wanted && releaseOf(wanted);
    const isOld = wanted?.engine === "redis" && compareVersions(wanted.version, "5.0") < 0;
    return [
        ...(server.tls && caCert === undefined ? [found("noCa", "is a rediss:// URL, but caCert is not set")] : []),
        ...(release && server.tls && !versions[release].nativeTls
            ? [found("tlsUnsupported", `is a rediss:// URL, which ${nameOf(release)} cannot connect to`)]
            : []),
        ...(release && ((server.user !== "" && !versions[release].acl) || (server.password !== "" && isOld))
            ? [
                  found(
                      "loginUnsupported",
                      `has ${server.user === "" ? "a password" : "a user"}, with which ${nameOf(release)} cannot log in`,
                  ),
              ]
            : []),
    ];
}
