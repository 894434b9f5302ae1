// Queries real servers for their directives, and writes the results to provider/model/catalog/directives/.
//
//   node toolchain/directives.mjs redis:7.0 valkey/valkey:8.1     (requires a Docker engine that has these images)
//
// All data comes from the server. CONFIG GET * lists the directives. CONFIG SET shows whether a directive can change at
// run time. The errors for invalid values show which values are valid. Before 6.0, a server reads numbers in its
// configuration file with atoi(), which accepts anything. There, the type of a value follows from the replies to CONFIG
// SET and from how the server reads a value with a unit.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A value that only free text accepts, and a number that is below the range of every directive. */
const NONSENSE = "no-such-value";
const FAR_TOO_LOW = "-99999999999999";
/** A directive that supports units reads it as 3145728; atoi() reads it as 3. */
const THREE_MEGABYTES = "3mb";
/** Candidates for the minimum of a number, lowest first. */
const MINIMUM_CANDIDATES = ["-1", "0", "1"];

const here = fileURLToPath(new URL(".", import.meta.url));
const directory = join(here, "../provider/model/catalog/directives");

/** For each directive, the values that some recorded version accepts. They are tried on versions before 6.0. */
function recordedValues() {
    const recorded = {};
    for (const file of readdirSync(directory)) {
        const { directives } = JSON.parse(readFileSync(join(directory, file), "utf8"));
        for (const [name, { values = [] }] of Object.entries(directives)) {
            recorded[name] = [...new Set([...(recorded[name] ?? []), ...values])];
        }
    }
    return recorded;
}

/** Starts a server with the socket /tmp/s. Both scripts separate fields by \x1f and records by \x1e. */
const preamble = `
redis-server --port 0 --unixsocket /tmp/s --save '' --daemonize yes >/dev/null
until redis-cli -s /tmp/s ping >/dev/null 2>&1; do sleep 0.05; done
start() { timeout 0.3 redis-server --port 0 --save '' --dir /tmp --unixsocket /tmp/trial --"$@" 2>&1 | sed -n '/^>>>/{n;p;q}'; }
names=$(redis-cli -s /tmp/s --raw config get '*' | awk 'NR % 2')
get() { redis-cli -s "$1" --raw config get "$2" | sed 1d; }
unquoted() { case $2 in *' '*) start "$1" $2 ;; *) start "$1" one two ;; esac; }
`;

const script = `${preamble}
for name in $names; do
  value=$(get /tmp/s "$name")
  set=$(redis-cli -s /tmp/s --raw config set "$name" "$value")
  printf '%s\\037' "$name" "$value" "$set" "$(start "$name" '${NONSENSE}')" "$(start "$name" '${FAR_TOO_LOW}')"
  printf '%s\\036' "$(unquoted "$name" "$value")"
done
redis-server --version | tr -d '\\n'
`;

/**
 * Restores the old value after each trial. Some values make the server reject all clients, including this script. The
 * script then restarts the server.
 */
const scriptBefore6 = `${preamble}
quote() { printf '"%s"' "$(printf '%s' "$1" | sed 's/["\\\\]/\\\\&/g')"; }
try() { printf 'config set %s %s\\nconfig set %s %s\\n' "$1" "$(quote "$2")" "$1" "$(quote "$3")" | redis-cli -s /tmp/s --raw 2>/dev/null | head -n 1; alive || revive; }
alive() { [ "$(redis-cli -s /tmp/s ping 2>&1)" = PONG ]; }
revive() { kill -9 $(pidof redis-server); redis-server --port 0 --unixsocket /tmp/s --save '' --daemonize yes >/dev/null; until alive; do sleep 0.05; done; }
readback() {
  redis-server --port 0 --save '' --dir /tmp --unixsocket /tmp/trial --"$1" ${THREE_MEGABYTES} >/dev/null 2>&1 & pid=$!
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 $pid 2>/dev/null || break
    if redis-cli -s /tmp/trial ping >/dev/null 2>&1; then get /tmp/trial "$1"; break; fi
    sleep 0.03
  done
  kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null; rm -f /tmp/trial
}
for name in $names; do
  value=$(get /tmp/s "$name")
  printf '%s\\037' "$name" "$value" "$(try "$name" "$value" "$value")" "$(start "$name" '${NONSENSE}')" \\
    "$(unquoted "$name" "$value")" "$(readback "$name")" "$(try "$name" '${NONSENSE}' "$value")" "$(try "$name" '${FAR_TOO_LOW}' "$value")"
  for word in $(sed -n "s/^$name //p" /tmp/words) ${MINIMUM_CANDIDATES.join(" ")}; do printf '%s %s\\035' "$word" "$(try "$name" "$word" "$value")"; done
  printf '\\036'
done
redis-server --version | tr -d '\\n'
`;

const isLive = (set) => !/immutable|Unsupported CONFIG parameter/i.test(set);

function describe([value, set, nonsense, tooLow, unquoted]) {
    const base = { default: value, live: isLive(set) };
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
    if (kind.startsWith("memory")) return { ...base, kind };
    const range = /must be between (-?\d+) and (-?\d+)/.exec(tooLow);
    const least = /greater or equal to (-?\d+)/.exec(tooLow);
    if (kind === "text")
        return /^wrong number of arguments$/.test(unquoted) ? { ...base, kind } : { ...base, kind: "words" };
    const bounds = range ? { min: Number(range[1]), max: Number(range[2]) } : least ? { min: Number(least[1]) } : {};
    return { ...base, kind, ...bounds };
}

function describeBefore6([value, set, nonsense, unquoted, readback, setNonsense, setTooLow, setWords]) {
    const base = { default: value, live: isLive(set) };
    const accepted = setWords
        .split("\x1d")
        .filter(Boolean)
        .filter((tried) => tried.split(" ")[1] === "OK")
        .map((tried) => tried.split(" ")[0]);
    if (/'yes' or 'no'/.test(nonsense)) return { ...base, kind: "boolean" };
    const isNumber = /^-?\d+$/.test(value) && readback !== THREE_MEGABYTES;
    const refused = /Invalid argument/.test(setNonsense);
    const words = accepted.filter((word) => !MINIMUM_CANDIDATES.includes(word));
    if (!isNumber && refused && words.length > 0) return { ...base, kind: "enum", values: words };
    if (isNumber && (refused || !base.live)) {
        const least = Number(accepted.find((word) => MINIMUM_CANDIDATES.includes(word)));
        // A default below every candidate means that negative numbers have special meanings, so there is no minimum.
        const bounded = base.live && /Invalid argument/.test(setTooLow) && least <= Number(value);
        const min = bounded ? { min: least } : {};
        return readback === "3145728" ? { ...base, kind: "memory" } : { ...base, kind: "integer", ...min };
    }
    return /wrong number of arguments/i.test(unquoted) && !/ /.test(value)
        ? { ...base, kind: "text" }
        : { ...base, kind: "words" };
}

for (const reference of process.argv.slice(2)) {
    const [product, version] = reference.split("/").at(-1).split(":");
    process.stderr.write(`querying the directives of ${reference} (about 1 min) … `);
    const before6 = product === "redis" && Number.parseFloat(version) < 6;
    const words = Object.entries(recordedValues()).map(([name, values]) => `${name} ${values.join(" ")}`);
    const command = before6 ? `cat >/tmp/words\n${scriptBefore6}` : script;
    const out = execFileSync("docker", ["run", "--rm", "-i", "--network", "none", reference, "bash", "-c", command], {
        input: words.join("\n") + "\n",
        encoding: "utf8",
        maxBuffer: 1 << 26,
    });
    const records = out.split("\x1e");
    const server = /v=([\d.]+)/.exec(records.pop())[1];
    const directives = {};
    for (const record of records.sort()) {
        const [name, ...fields] = record.split("\x1f");
        directives[name.trim()] = before6 ? describeBefore6(fields) : describe(fields);
    }
    const lines = Object.entries(directives).map(
        ([name, d]) => `        ${JSON.stringify(name)}: ${JSON.stringify(d)}`,
    );
    writeFileSync(
        join(directory, `${product === "redis" ? "" : `${product}-`}${version}.json`),
        `{\n    "server": "${server}",\n    "directives": {\n${lines.join(",\n")}\n    }\n}\n`,
    );
    process.stderr.write(`${lines.length} directives of ${server}\n`);
}
