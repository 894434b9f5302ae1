// Pings the quickstart's database with redis-cli, in plain and over TLS with its certificate verified, and
// says how to reach it:  pulumi stack output --json --show-secrets | node ping.mjs IMAGE

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const [image] = process.argv.slice(2);

/**
 * What redis-cli is told comes through standard input, password first and CA after it: arguments and
 * environments can be read by others on the machine.
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

/** This machine's own redis-cli if it knows TLS, else that of the image: it is there in any case. */
const here = spawnSync("redis-cli", ["--help"], { encoding: "utf8" });
const prefix = /--tls\b/.test(`${here.stdout}${here.stderr}`)
    ? []
    : ["docker", "run", "--rm", "--interactive", "--network", "host", image];

function ping(address, kind, caCertPem) {
    const url = new URL(address);
    const user = url.username && ["--user", decodeURIComponent(url.username)];
    const [command, ...args] = [...prefix, "sh", "-c", script, "sh", kind, "-h", url.hostname, "-p", url.port, ...user];
    const input = `${decodeURIComponent(url.password)}\n${caCertPem}`;
    const result = spawnSync(command, args, { input, encoding: "utf8", timeout: 30_000 });
    const said = `${result.stdout ?? ""}${result.stderr ?? ""}`.trim();
    if (result.stdout?.trim() === "PONG") {
        return true;
    }
    console.error(`PING ${kind} at ${url.host} failed: ${said || result.error?.message || "no answer"}`);
    console.error("  What to do: docker ps --all, and docker logs of the server's container, say more.");
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

With their password:
    eval "$(make -s env)"
    pulumi stack output tlsUrl --show-secrets
    pulumi stack output caCertPem > ca.pem`);
