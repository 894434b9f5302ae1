// Asks real Redis servers to describe their own directives, and writes what they say to provider/spec/directives/.
//
//   node toolchain/directives.mjs 7.0 8.0     (needs a Docker engine that has redis:7.0 and redis:8.0)
//
// Nothing here is known beforehand: which directives exist comes from CONFIG GET *, whether one can change while
// the server runs from CONFIG SET, and what a value may look like from the errors about values that are wrong.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A value that no directive but free text accepts, and one below the range of every number. */
const NONSENSE = "no-such-value";
const FAR_TOO_LOW = "-99999999999999";

/** Runs inside the container: for each directive one record of fields parted by \x1f, records parted by \x1e. */
const interrogation = `
redis-server --port 0 --unixsocket /tmp/s --save '' --daemonize yes >/dev/null
until redis-cli -s /tmp/s ping >/dev/null 2>&1; do sleep 0.05; done
start() { timeout 0.3 redis-server --port 0 --save '' --dir /tmp --unixsocket /tmp/trial --"$@" 2>&1 | sed -n '/^>>>/{n;p;q}'; }
for name in $(redis-cli -s /tmp/s --raw config get '*' | awk 'NR % 2'); do
  value=$(redis-cli -s /tmp/s --raw config get "$name" | sed 1d)
  set=$(redis-cli -s /tmp/s --raw config set "$name" "$value")
  printf '%s\\037' "$name" "$value" "$set" "$(start "$name" '${NONSENSE}')" "$(start "$name" '${FAR_TOO_LOW}')"
  case $value in *' '*) words=$value ;; *) words='one two' ;; esac
  printf '%s\\036' "$(start "$name" $words)"
done
redis-server --version | tr -d '\\n'
`;

function describe(live, nonsense, tooLow, unquoted) {
    const base = { live };
    if (/'yes' or 'no'/.test(nonsense)) return { ...base, kind: "boolean" };
    const values = /must be one of the following: (.*)/.exec(nonsense);
    if (values) return { ...base, kind: "enum", values: values[1].split(", ") };
    const kind = /memory or percent/.test(nonsense)
        ? "memoryOrPercent"
        : /memory value/.test(nonsense)
          ? "memory"
          : /integer/.test(nonsense)
            ? "integer"
            : "text";
    const range = /must be between (-?\d+) and (-?\d+)/.exec(tooLow);
    const least = /greater or equal to (-?\d+)/.exec(tooLow);
    if (kind === "text")
        return /^wrong number of arguments$/.test(unquoted) ? { ...base, kind } : { ...base, kind: "words" };
    const bounds = range ? { min: Number(range[1]), max: Number(range[2]) } : least ? { min: Number(least[1]) } : {};
    return { ...base, kind, ...bounds };
}

const here = fileURLToPath(new URL(".", import.meta.url));
for (const version of process.argv.slice(2)) {
    process.stderr.write(`asking redis:${version} about its directives (about 1 min) … `);
    const out = execFileSync(
        "docker",
        ["run", "--rm", "--network", "none", `redis:${version}`, "sh", "-c", interrogation],
        {
            encoding: "utf8",
            maxBuffer: 1 << 26,
        },
    );
    const records = out.split("\x1e");
    const server = /v=([\d.]+)/.exec(records.pop())[1];
    const directives = {};
    for (const record of records.sort()) {
        const [name, value, set, nonsense, tooLow, unquoted] = record.split("\x1f");
        const live = !/immutable|Unsupported CONFIG parameter/i.test(set);
        directives[name.trim()] = { default: value, ...describe(live, nonsense, tooLow, unquoted) };
    }
    const lines = Object.entries(directives).map(
        ([name, d]) => `        ${JSON.stringify(name)}: ${JSON.stringify(d)}`,
    );
    writeFileSync(
        join(here, `../provider/spec/directives/${version}.json`),
        `{\n    "server": "${server}",\n    "directives": {\n${lines.join(",\n")}\n    }\n}\n`,
    );
    process.stderr.write(`${lines.length} directives of ${server}\n`);
}
