/**
 * Runs all tests part by part, and prints how long each part took:  node toolchain/test.mjs [--check | SUITE…]
 * With --check, it runs only the fast parts (`make check`). With names of suites, it runs only these: `rotation` stands
 * for every rotation.test.ts in any part. Run by `make test` in the environment of env.sh.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

const checkout = join(import.meta.dirname, "..");
/** The directory of Jest's reports. */
const reports = join(checkout, ".local/tests");

/** The parts in order. If a check fails, the run ends: the slow parts would test code that must change anyway. */
const parts = [
    npm("build"),
    npm("format:check"),
    npm("lint"),
    npm("types"),
    { ...jest("unit", "test/unit", "--maxWorkers=100%"), check: true },
    npm("generate:check"),
    // A fast check: it takes about ten seconds, and renaming a heading or a file can break a link.
    npm("docs-site"),
    { ...npm("sdk:check"), check: false },
    jest("engine", "test/engine", "--maxWorkers=2"),
    // These suites also assert what clients notice. A second worker would disturb that.
    jest("engine-alone", "test/engine/alone", "--runInBand"),
    // Builds the packages from what the first part compiled.
    { name: "dist", command: ["node", "toolchain/dist.mjs"] },
    { ...jest("examples", "test/examples", "--maxWorkers=2"), needs: "dist" },
    { ...jest("packages", "test/packages", "--runInBand"), needs: "dist" },
];

const results = [];
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
for (const part of chosen(process.argv.slice(2))) {
    console.log(`\n==> ${part.name}`);
    const begun = Date.now();
    const { status } = spawnSync(part.command[0], part.command.slice(1), { cwd: checkout, stdio: "inherit" });
    results.push({ name: part.name, ms: Date.now() - begun, failed: status !== 0 });
    if (status !== 0 && part.check) break;
}
printSlowestTests(10);
printTimes();
process.exitCode = results.some(({ failed }) => failed) ? 1 : 0;

function npm(script) {
    return { name: script, command: ["npm", "run", "--silent", script], check: true };
}

/** A project of jest.config.mjs, and the folder of its suites. */
function jest(project, folder, ...options) {
    const reporters = ["--reporters=default", ...(project === "unit" ? [] : ["--reporters=./toolchain/progress.mjs"])];
    const report = ["--json", `--outputFile=${reportOf(project)}`];
    return {
        name: project,
        command: ["npx", "jest", `--selectProjects=${project}`, ...options, ...reporters, ...report],
        suites: readdirSync(join(checkout, folder), { recursive: project === "unit" })
            .filter((file) => file.endsWith(".test.ts"))
            .map((file) => join(folder, file)),
    };
}

function reportOf(project) {
    return join(reports, `${project}.json`);
}

/** All parts; or, if suites are named, the build, the parts that contain them, and what these need. */
function chosen(names) {
    if (names.length === 0) return parts;
    if (names[0] === "--check") return parts.filter(({ check }) => check);
    const nameOf = (suite) => basename(suite, ".test.ts");
    const known = [...new Set(parts.flatMap(({ suites = [] }) => suites.map(nameOf)))].sort();
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length > 0) {
        console.error(`Unknown suite: ${unknown.join(", ")}. Choose from:\n${known.join(" ")}`);
        process.exit(1);
    }
    const [build, ...otherParts] = parts;
    const suitesOf = ({ suites = [] }) => suites.filter((suite) => names.includes(nameOf(suite)));
    const needed = otherParts.filter((part) => suitesOf(part).length > 0).map(({ needs }) => needs);
    return [
        build,
        ...otherParts.flatMap((part) => {
            const suites = suitesOf(part);
            if (suites.length > 0) return [{ ...part, command: [...part.command, "--runTestsByPath", ...suites] }];
            return needed.includes(part.name) ? [part] : [];
        }),
    ];
}

function printSlowestTests(count) {
    const tests = results.flatMap(({ name }) => {
        if (!existsSync(reportOf(name))) return [];
        const { testResults } = JSON.parse(readFileSync(reportOf(name), "utf8"));
        return testResults.flatMap(({ name: file, assertionResults }) =>
            assertionResults.map(({ duration, fullName }) => ({
                ms: duration ?? 0,
                text: `${basename(file)}: ${fullName}`,
            })),
        );
    });
    console.log("\nThe slowest tests:");
    for (const { ms, text } of tests.sort((a, b) => b.ms - a.ms).slice(0, count)) printTime(ms, text);
}

function printTimes() {
    console.log("\nTime of each part:");
    for (const { name, ms, failed } of results) printTime(ms, failed ? `${name}: FAILED` : name);
    printTime(
        results.reduce((sum, { ms }) => sum + ms, 0),
        "total",
    );
}

function printTime(ms, text) {
    console.log(`${(ms / 1000).toFixed(1).padStart(8)} s  ${text}`);
}
