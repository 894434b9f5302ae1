/** The defaults of options, the files that they create, and who can read these. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pathOf, settingsFrom } from "../../../provider/platform/options";

let dataDirectory: string;

beforeEach(() => {
    dataDirectory = mkdtempSync(join(tmpdir(), "redis-database-options-"));
});

afterEach(() => {
    rmSync(dataDirectory, { recursive: true });
});

const modeOf = (...path: string[]) => (statSync(join(dataDirectory, ...path)).mode & 0o777).toString(8);

test("the defaults work without any configuration, with files that only the user can read", () => {
    const directory = join(dataDirectory, "redisdb");
    const before = { ...process.env };
    expect(settingsFrom({}, { XDG_DATA_HOME: dataDirectory })).toStrictEqual({
        backendUrl: `file://${directory}/state`,
        project: "redis",
        secretsProvider: "passphrase",
        pulumiCommand: "pulumi",
        workDirectory: `${directory}/work`,
        concurrency: 4,
        stopSeconds: 6,
        env: {
            PULUMI_BACKEND_URL: `file://${directory}/state`,
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DEBUG_COMMANDS: "true",
            PULUMI_CONFIG_PASSPHRASE_FILE: `${directory}/passphrase`,
            PULUMI_CONFIG_PASSPHRASE: undefined,
        },
    });
    expect(["redisdb", "redisdb/work", "redisdb/state"].map((path) => modeOf(path))).toEqual(["700", "700", "700"]);
    expect(modeOf("redisdb/passphrase")).toBe("600");
    expect(readdirSync(directory).sort()).toEqual(["passphrase", "state", "work"]);
    expect(process.env).toEqual(before);
});

test("without XDG_DATA_HOME, the data is in the user's home directory", () => {
    const { workDirectory } = settingsFrom({}, { HOME: dataDirectory });
    expect(workDirectory.startsWith(`${dataDirectory}/`)).toBe(true);
    expect(workDirectory.endsWith("/redisdb/work")).toBe(true);
});

test("an existing passphrase stays", () => {
    writeFileSync(join(dataDirectory, "passphrase"), "mine", { mode: 0o600 });
    settingsFrom({ dataDirectory });
    expect(readFileSync(join(dataDirectory, "passphrase"), "utf8")).toBe("mine");
});

test("two platforms have different passphrases", () => {
    const passphrases = ["one", "two"].map((name) => {
        const directory = join(dataDirectory, name);
        mkdirSync(directory);
        settingsFrom({ dataDirectory: directory });
        return readFileSync(join(directory, "passphrase"), "utf8");
    });
    expect(passphrases[0]).not.toBe(passphrases[1]);
    for (const passphrase of passphrases) expect(passphrase.length).toBeGreaterThan(40);
});

test("a key service needs no passphrase, and a backend elsewhere no directory", () => {
    const { env, project } = settingsFrom({
        dataDirectory,
        backendUrl: "s3://states",
        secretsProvider: "awskms://key",
        environment: "staging",
        pulumiHome: "/opt/pulumi",
    });
    expect(readdirSync(dataDirectory)).toEqual(["work"]);
    expect(project).toBe("redis-staging");
    expect(env).toMatchObject({ PULUMI_BACKEND_URL: "s3://states", PULUMI_HOME: "/opt/pulumi" });
    expect(Object.keys(env).filter((name) => name.includes("PASSPHRASE"))).toEqual([]);
});

test("the path of a file:// URL", () => {
    expect(pathOf("file:///var/lib/states")).toBe("/var/lib/states");
    expect(pathOf("file://~/states")).toBe(join(homedir(), "states"));
    expect(pathOf("file:///with%20space")).toBe("/with space");
});

/** From a moment that all processes know, opens one platform after the other. Prints the passphrases that it would use. */
const opener = `
    const { settingsFrom } = require(${JSON.stringify(join(__dirname, "../../../provider/platform/options.ts"))});
    const { readFileSync } = require("node:fs");
    const [parent, moment] = process.argv.slice(1);
    while (Date.now() < Number(moment));
    for (let number = 0; number < 300; number++) {
        const { env } = settingsFrom({ dataDirectory: parent + "/" + number });
        console.log(readFileSync(env.PULUMI_CONFIG_PASSPHRASE_FILE, "utf8"));
    }`;

async function openAt(moment: number): Promise<string> {
    const args = ["--no-warnings", "--experimental-strip-types", "-e", opener, dataDirectory, String(moment)];
    return (await promisify(execFile)(process.execPath, args)).stdout;
}

test("processes that begin at once agree on one complete passphrase", async () => {
    const moment = Date.now() + 1000;
    const [first = "", ...others] = await Promise.all([1, 2, 3].map(() => openAt(moment)));
    expect(first.split("\n").filter((passphrase) => passphrase.length > 40)).toHaveLength(300);
    for (const other of others) expect(other).toBe(first);
    expect(readdirSync(join(dataDirectory, "0")).sort()).toEqual(["passphrase", "state", "work"]);
});
