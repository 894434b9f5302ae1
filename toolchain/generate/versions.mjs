/** docs/versions.md: what the matrix of versions saw on real servers, and the whole catalog. */
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

/** What the last complete run saw; test/engine/support/observations.ts says what is in it. */
export const recorded = new URL("../../docs/observed.json", import.meta.url);

/** Those that set-up provides for the tests. */
const provided = /^VERSIONS="([^"]*)"/m
    .exec(readFileSync(new URL("../versions.env", import.meta.url), "utf8"))[1]
    .trim()
    .split(/\s+/)
    .map((image) => releaseNames.find((release) => versions[release].image === image));
const rows = provided.flatMap((release) => flavorNames.map((flavor) => ({ release, flavor })));

/** By its heading, what a row says; each throws where that was not seen. */
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

/** Empty where it was not seen. */
function cell(says, { rows }, { release, flavor }) {
    try {
        return says(rows[release]?.[flavor] ?? {}, { release, flavor });
    } catch {
        return "";
    }
}

/** Rows of which something was not seen, and those of versions that nobody provides. */
export function gaps(observed) {
    const incomplete = rows.filter((row) => Object.values(columns).some((says) => cell(says, observed, row) === ""));
    const foreign = Object.keys(observed.rows).filter((release) => !provided.includes(release));
    return [...incomplete.map(({ release, flavor }) => `${nameOf(release)} ${flavor}`), ...foreign];
}

const table = (heading, lines) =>
    [heading, heading.map(() => "-"), ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n");

export const pretty = async (text, parser = "markdown") =>
    format(text, { ...(await resolveConfig(parser === "markdown" ? "versions.md" : "observed.json")), parser });

export function observedTable(observed) {
    const lines = rows.map((row) => Object.values(columns).map((says) => cell(says, observed, row)));
    return pretty(table(Object.keys(columns), lines));
}

function catalogTable() {
    const byRelease = Object.groupBy(listVersions(), (listed) => releaseOf(listed));
    const labels = flavorNames.map((flavor) => listVersions().find((listed) => listed.flavor === flavor).label);
    return table(
        ["version", ...labels.map((label) => label ?? "append-only file"), "released", "end of life", "server asked"],
        Object.entries(byRelease).map(([release, listed]) => {
            const names = flavorNames.map((flavor) => listed.find((one) => one.flavor === flavor).name);
            const [{ released, endOfLife, verifiedWith }] = listed;
            return [nameOf(release), ...names, released, endOfLife ?? "not known", verifiedWith ?? "never"];
        }),
    );
}

/** The text of docs/versions.md. */
export async function versionsPage(observed = JSON.parse(readFileSync(recorded, "utf8"))) {
    const missing = gaps(observed);
    if (missing.length > 0) {
        throw new Error(
            `docs/observed.json does not have just what runs here: ${missing.join(", ")}. Run: make test-versions`,
        );
    }
    const never = releaseNames.filter((release) => !provided.includes(release)).map(nameOf);
    const refused = ["SSLv2", "SSLv3", "plaintext"].filter((how) =>
        rows.every(({ release, flavor }) => observed.rows[release][flavor].refused.includes(how)),
    );
    const servers = provided.map((release) => `${engineLabels[versions[release].engine]} ${observed.servers[release]}`);
    return pretty(`# Versions

Written by \`make test-versions\` from what it saw, and by \`npm run generate\` from the catalog.

## On real servers

Seen on ${observed.day}, of ${servers.join(", ")}; by ${observed.observers.join(", ")}.

${await observedTable(observed)}

- **plaintext, TLS**: how many of five clients (redis-cli, redis-py, ioredis, node-redis, Jedis) had an answer with the
  URL as it is, over TLS with the certificate verified by \`caCertPem\`. Before 6.0 redis-cli is that of 6.0, and
  redis-py and node-redis are told to speak RESP 2 (\`protocol=2\`, \`RESP: 2\`).
- **protocols**: of TLS, as a database is by default, and in parentheses those that \`tls.protocols\` adds. The TLS port
  refused each time, added or not: ${refused.join(", ")}.
- **kill**: what was there again after SIGKILL and a start: \`all\`, what was in the last \`dump\`, or \`none\`. The
  second that \`aof\` may lose had passed.
- **restart**: the same after a stop that lets the server finish.
- **rotation**: who was connected stayed; \`grace\`: the old password still opened the door, \`at once\`: only the new one.
- **cert**: the certificate was replaced \`live\`: no client that was connected failed or had to connect again.

Never run here, for want of a server with TLS or of any server: ${never.join(", ")}.

## The catalog

\`listVersions()\` has this as data. The middle columns are the managed service's spelling, with its label for each;
there, a bare version is the one that dumps only. \`server asked\` is the real server whose directives are the catalog's.

${catalogTable()}
`);
}
