/** Generates docs/versions.md: test results of the version matrix on real servers, and the whole catalog. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { format, resolveConfig } from "prettier";

const require = createRequire(import.meta.url);
require("ts-node/register/transpile-only");
const { listVersions } = require("../../provider/model/catalog/listVersions.ts");
const {
    engineLabels,
    flavorNames,
    nameOf,
    releaseNames,
    releaseOf,
    versions,
} = require("../../provider/model/catalog/versions.ts");

/** The results of the last complete run; test/engine/support/observations.ts describes the format. */
export const recorded = new URL("../../docs/observed.json", import.meta.url);

/** The versions that the setup provides for the tests. */
const provided = /^VERSIONS="([^"]*)"/m
    .exec(readFileSync(new URL("../versions.env", import.meta.url), "utf8"))[1]
    .trim()
    .split(/\s+/)
    .map((image) => releaseNames.find((release) => versions[release].image === image));
const rows = provided.flatMap((release) => flavorNames.map((flavor) => ({ release, flavor })));

/** The columns by heading. Each function throws if its result was not recorded. */
const columns = {
    version: (_seen, { release }) => nameOf(release),
    flavor: (_seen, { flavor }) => flavor,
    plaintext: ({ plaintext }) => `${plaintext.length} of 5`,
    TLS: ({ tls }) => `${tls.length} of 5`,
    protocols: ({ protocols, protocolsOptIn }) =>
        `${numbers(protocols)} (${numbers(protocolsOptIn.filter((protocol) => !protocols.includes(protocol)))})`,
    kill: ({ kill }) => kept(kill),
    restart: ({ restart }) => kept(restart),
    rotation: ({ rotation }) => noticed(rotation) ?? (rotation.oldPasswordOpens ? "grace" : "at once"),
    cert: ({ certificate }) => noticed(certificate) ?? "live",
};
const numbers = (protocols) => protocols.map((protocol) => protocol.replace("TLSv", "")).join(" ") || "none";
const kept = ({ dumped, written }) => (written ? "all" : dumped ? "dump" : "none");
const noticed = ({ unnoticed }) => (unnoticed ? undefined : "noticed");

/** Empty if the result was not recorded. */
function cell(column, { rows }, { release, flavor }) {
    try {
        return column(rows[release]?.[flavor] ?? {}, { release, flavor });
    } catch {
        return "";
    }
}

/** Incomplete rows, and recorded versions that the setup does not provide. */
export function gaps(observed) {
    const incomplete = rows.filter((row) =>
        Object.values(columns).some((column) => cell(column, observed, row) === ""),
    );
    const notProvided = Object.keys(observed.rows).filter((release) => !provided.includes(release));
    return [...incomplete.map(({ release, flavor }) => `${nameOf(release)} ${flavor}`), ...notProvided];
}

const table = (heading, lines) =>
    [heading, heading.map(() => "-"), ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n");

export const pretty = async (text, parser = "markdown") =>
    format(text, { ...(await resolveConfig(parser === "markdown" ? "versions.md" : "observed.json")), parser });

export function observedTable(observed) {
    const lines = rows.map((row) => Object.values(columns).map((column) => cell(column, observed, row)));
    return pretty(table(Object.keys(columns), lines));
}

function catalogTable() {
    const byRelease = Object.groupBy(listVersions(), (listed) => releaseOf(listed));
    const labels = flavorNames.map((flavor) => listVersions().find((listed) => listed.flavor === flavor).label);
    return table(
        [
            "version",
            ...labels.map((label) => label ?? "append-only file"),
            "released",
            "end of life",
            "directives from",
        ],
        Object.entries(byRelease).map(([release, listed]) => {
            const names = flavorNames.map((flavor) => listed.find((entry) => entry.flavor === flavor).name);
            const [{ released, endOfLife, verifiedWith }] = listed;
            return [
                nameOf(release),
                ...names,
                released,
                endOfLife ?? "not published",
                verifiedWith ?? "related versions",
            ];
        }),
    );
}

/** The text of docs/versions.md. */
export async function versionsPage(observed = JSON.parse(readFileSync(recorded, "utf8"))) {
    const missing = gaps(observed);
    if (missing.length > 0) {
        throw new Error(
            `docs/observed.json does not match the versions that run here: ${missing.join(", ")}. Run: make test-versions`,
        );
    }
    const neverRun = releaseNames.filter((release) => !provided.includes(release)).map(nameOf);
    const refused = ["SSLv2", "SSLv3", "plaintext"].filter((protocol) =>
        rows.every(({ release, flavor }) => observed.rows[release][flavor].refused.includes(protocol)),
    );
    const servers = provided.map((release) => `${engineLabels[versions[release].engine]} ${observed.servers[release]}`);
    return pretty(`# Versions

Generated by \`make test-versions\` from test results, and by \`npm run generate\` from the catalog.

## Test results on real servers

Tested on ${observed.day} with these servers: ${servers.join(", ")}. Clients and tools:
${observed.observers.join(", ")}.

${await observedTable(observed)}

- **plaintext, TLS**: how many of five clients (redis-cli, redis-py, ioredis, node-redis, Jedis) connected with the
  unmodified URL. Over TLS they verified the certificate with \`caCertPem\`. For servers before 6.0, redis-cli is version
  6.0, and redis-py and node-redis are set to RESP 2 (\`protocol=2\`, \`RESP: 2\`).
- **protocols**: the TLS versions accepted by default; in parentheses, those that \`tls.protocols\` can add. With either
  setting, the TLS port refused: ${refused.join(", ")}.
- **kill**: the data that was left after SIGKILL and a restart: \`all\`, the contents of the last \`dump\`, or \`none\`.
  The test waits for the one second of writes that \`aof\` may lose.
- **restart**: the same after a regular stop.
- **rotation**: connected clients stayed connected. \`grace\`: the old password was still accepted. \`at once\`: only the
  new password was accepted.
- **cert**: \`live\`: the certificate was replaced without an error or a reconnect for connected clients.

Never tested here, because no server was available, or none with TLS: ${neverRun.join(", ")}.

## The catalog

\`listVersions()\` returns this table as data. The middle columns have the names of its
entries for each flavor. In these names, a version without a suffix is RDB-only; in the argument \`version\`, it is \`aof\`. \`directives from\` is the real server whose
directives the catalog contains.

${catalogTable()}
`);
}
