// Asks real servers to describe their own directives, and writes what they say to provider/model/catalog/directives/.
//
//   node toolchain/directives.mjs redis:7.0 valkey/valkey:8.1     (needs a Docker engine that has these images)
//
// Nothing here is known beforehand: which directives exist comes from CONFIG GET *, whether one can change while
// the server runs from CONFIG SET, and what a value may look like from the errors about values that are wrong. Before
// 6.0 a configuration file is read with atoi(), which takes anything; there the answers to CONFIG SET, and what a
// server makes of a unit, tell what a value is.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A value that no directive but free text accepts, and one below the range of every number. */
const NONSENSE = "no-such-value";
const FAR_TOO_LOW = "-99999999999999";
/** 3145728 where units are known, 3 to atoi(). */
const THREE_MEGABYTES = "3mb";
/** The least values that a number may have, from the most generous on. */
const LEAST = ["-1", "0", "1"];

const here = fileURLToPath(new URL(".", import.meta.url));
const directory = join(here, "../provider/model/catalog/directives");

/** Words that some version takes for a directive; an older one is asked which of them it takes. */
function wordsOfOthers() {
    const words = {};
    for (const file of readdirSync(directory)) {
        const { directives } = JSON.parse(readFileSync(join(directory, file), "utf8"));
        for (const [name, { values = [] }] of Object.entries(directives)) {
            words[name] = [...new Set([...(words[name] ?? []), ...values])];
        }
    }
    return words;
}

/** Fields parted by \x1f, records parted by \x1e. Both start a server whose socket is /tmp/s. */
const start = `
redis-server --port 0 --unixsocket /tmp/s --save '' --daemonize yes >/dev/null
until redis-cli -s /tmp/s ping >/dev/null 2>&1; do sleep 0.05; done
start() { timeout 0.3 redis-server --port 0 --save '' --dir /tmp --unixsocket /tmp/trial --"$@" 2>&1 | sed -n '/^>>>/{n;p;q}'; }
names=$(redis-cli -s /tmp/s --raw config get '*' | awk 'NR % 2')
get() { redis-cli -s "$1" --raw config get "$2" | sed 1d; }
unquoted() { case $2 in *' '*) start "$1" $2 ;; *) start "$1" one two ;; esac; }
`;

const interrogation = `${start}
for name in $names; do
  value=$(get /tmp/s "$name")
  set=$(redis-cli -s /tmp/s --raw config set "$name" "$value")
  printf '%s\\037' "$name" "$value" "$set" "$(start "$name" '${NONSENSE}')" "$(start "$name" '${FAR_TOO_LOW}')"
  printf '%s\\036' "$(unquoted "$name" "$value")"
done
redis-server --version | tr -d '\\n'
`;

/** A value that is tried is set back at once. Some lock everyone out, this connection too: then the server starts anew. */
const interrogationBefore6 = `${start}
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
  for word in $(sed -n "s/^$name //p" /tmp/words) ${LEAST.join(" ")}; do printf '%s %s\\035' "$word" "$(try "$name" "$word" "$value")"; done
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
    const taken = setWords
        .split("\x1d")
        .filter(Boolean)
        .filter((tried) => tried.split(" ")[1] === "OK")
        .map((tried) => tried.split(" ")[0]);
    if (/'yes' or 'no'/.test(nonsense)) return { ...base, kind: "boolean" };
    const isNumber = /^-?\d+$/.test(value) && readback !== THREE_MEGABYTES;
    const refused = /Invalid argument/.test(setNonsense);
    const words = taken.filter((word) => !LEAST.includes(word));
    if (!isNumber && refused && words.length > 0) return { ...base, kind: "enum", values: words };
    if (isNumber && (refused || !base.live)) {
        const least = Number(taken.find((word) => LEAST.includes(word)));
        // A default below all that was tried: its numbers have meanings of their own.
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
    process.stderr.write(`asking ${reference} about its directives (about 1 min) … `);
    const before6 = product === "redis" && Number.parseFloat(version) < 6;
    const words = Object.entries(wordsOfOthers()).map(([name, values]) => `${name} ${values.join(" ")}`);
    const out = execFileSync(
        "docker",
        [
            ...["run", "--rm", "-i", "--network", "none", reference, "bash", "-c"],
            before6 ? `cat >/tmp/words\n${interrogationBefore6}` : interrogation,
        ],
        { input: words.join("\n") + "\n", encoding: "utf8", maxBuffer: 1 << 26 },
    );
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
