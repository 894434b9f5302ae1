// Pings the quickstart's database with redis-cli, in plaintext and over TLS with certificate verification, and prints how
// to connect:  pulumi stack output --json --show-secrets | node ping.mjs IMAGE

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const [image] = process.argv.slice(2);

/**
 * Reads the password and then the CA from standard input, because other users of the machine can read arguments and
 * environments of processes.
 */
const script = `
set -eu
umask 077
read -r REDISCLI_AUTH
export REDISCLI_AUTH
ca=$(mktemp)
trap 'rm -f "$ca"' EXIT
cat >"$ca"
[ "$1" = plain ] || set -- "$@" --tls --cacert "$ca"
shift
redis-cli "$@" PING
`;

/** Uses the machine's redis-cli if it supports TLS, else the one in the database's image. */
const installed = spawnSync("redis-cli", ["--help"], { encoding: "utf8" });
const prefix = /--tls\b/.test(`${installed.stdout}${installed.stderr}`)
    ? []
    : ["docker", "run", "--rm", "--interactive", "--network", "host", image];

function ping(address, kind, caCertPem) {
    const url = new URL(address);
    const user = url.username && ["--user", decodeURIComponent(url.username)];
    const [command, ...args] = [...prefix, "sh", "-c", script, "sh", kind, "-h", url.hostname, "-p", url.port, ...user];
    const input = `${decodeURIComponent(url.password)}\n${caCertPem}`;
    const result = spawnSync(command, args, { input, encoding: "utf8", timeout: 30_000 });
    const output = `${result.stdout ?? ""}${result.stderr ?? ""}`.trim();
    if (result.stdout?.trim() === "PONG") {
        return true;
    }
    console.error(`PING ${kind} at ${url.host} failed: ${output || result.error?.message || "no answer"}`);
    console.error("  What to do: check docker ps --all and the docker logs of the server's container.");
    return false;
}

const masked = (address) => {
    const url = new URL(address);
    url.password = "***";
    return url.href;
};

const outputs = JSON.parse(readFileSync(0, "utf8"));
const reached = [
    [outputs.url, "plain"],
    [outputs.tlsUrl, "TLS"],
].map(([address, kind]) => {
    const ok = ping(address, kind, outputs.caCertPem);
    if (ok) {
        console.log(`PING ${kind}: PONG${kind === "TLS" ? " (certificate verified)" : ""}`);
    }
    return ok;
});
if (reached.includes(false)) {
    process.exit(1);
}
console.log(`
url     ${masked(outputs.url)}
tlsUrl  ${masked(outputs.tlsUrl)}

To show the password, and to save the CA:
    eval "$(make -s env)"
    pulumi stack output tlsUrl --show-secrets
    pulumi stack output caCertPem > ca.pem`);
