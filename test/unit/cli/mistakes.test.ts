/** Mistakes in a command line: what the command says, its exit code, and that nothing was touched. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedisPlatform } from "../../../provider/platform/index";
import { changing, redisdb } from "./support";

const directory = mkdtempSync(join(tmpdir(), "redisdb-mistakes-"));

writeFileSync(join(directory, "users.json"), "[{");
writeFileSync(join(directory, "credentials.json"), '{"secretAcessKey":"hidden-key"}');
afterAll(() => {
    rmSync(directory, { recursive: true });
});

/** The library's own checks, which it makes before it touches anything. */
const library = RedisPlatform.open({ dataDirectory: directory, pulumiCommand: "/does/not/exist" });
const checking = { create: library.create.bind(library) };

const mistakes: readonly (readonly [line: string, exitCode: number])[] = [
    ["creat sessions", 2],
    ["create", 2],
    ["create sessions extra", 2],
    ["create new --version 9.9", 5],
    ["create new --version 7.2-foo", 5],
    ["create new --memory-mb lots", 5],
    ["create new --container-size 8 --disk-size 0", 5],
    ["create new --memory 256", 2],
    ["create new --tls {hosts}", 2],
    [`create new --users [{"name":"a","password":"x"}]`, 2],
    ["create new --users-file DIRECTORY/users.json", 2],
    ["create new --password-file /does/not/exist", 2],
    ["create new --password hunter2", 2],
    ["create -new", 2],
    ["create new/database", 5],
    ["create new --version 4.0-rdb --flavor aof", 5],
    ["update sessions", 2],
    ["update sessions --unset memory-gb", 2],
    ["update sessions --version 8.6", 2],
    ["restart sessions", 2],
    ["upgrade --to 8.6", 2],
    ["upgrade sessions", 2],
    ["upgrade sessions --all --to 8.6", 2],
    ["upgrade --all --to 8.6", 2],
    ["deprovision sessions", 2],
    ["deprovision sessions --confirm session", 5],
    ["deprovision session --confirm session", 6],
    ["backup", 2],
    ["backup list", 2],
    ["backup sessions extra", 2],
    ["backup show sessions", 2],
    ["backup show sessions 20261127-031500-0000", 6],
    ["backup copy sessions 20261127-031500-9f3a", 2],
    ["backup purge sessions 20261127-031500-9f3a", 2],
    ["backup export sessions 20261127-031500-9f3a", 2],
    ["backup export sessions 20261127-031500-9f3a - --json", 2],
    ["backup list --repository ftp:host", 2],
    ["backup list --repository path:relative", 2],
    ["backup list --repository s3:https://key:secret@host/bucket", 2],
    ["backup list --repository volume:a --stack production", 2],
    ["backup list sessions --credentials-file /does/not/exist", 2],
    ["backup list --repository volume:a --encryption-password-file /does/not/exist", 2],
    ["backup list --repository volume:a --credentials-file DIRECTORY/users.json", 2],
    ["backup list --repository volume:a --credentials-file DIRECTORY/credentials.json", 2],
    ["backup sessions --stack production --cwd /does/not/exist", 2],
    ["restore new", 2],
    ["restore new --from sessions --repository volume:a", 2],
    ["restore new --from sessions --before yesterday", 2],
    ["restore new --from sessions --snapshot 20261127-031500-9f3a --before 2026-11-27T00:00:00Z", 2],
    ["restore new --from sessions --restore-from {}", 2],
    ["clone sessions", 2],
    ["preview reload sessions", 2],
    ["url sesions", 6],
    ["show sessions tlsport", 2],
    ["wait sessions --timeout soon", 2],
    ["logs sessions --follow --json", 2],
    ["completion fish", 2],
    ["list --backnd file:///tmp", 2],
];

test.each(mistakes)("%s", async (line, exitCode) => {
    const ended = await redisdb(line.replace("DIRECTORY", directory).split(" "), { platform: checking });
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stdout).toBe("");
    expect(ended.stderr.replaceAll(directory, "DIRECTORY")).toMatchSnapshot();
    expect(ended.stderr).toMatch(line.includes("--json") ? /"remedy": ".+"/ : /\n→ .+\n$/);
    expect(ended.stderr).not.toContain("hidden-key");
    const changed = ended.calls.filter(([method]) => changing.includes(method));
    // The library refuses these itself.
    const allowed = exitCode === 5 ? ["create", "deprovision"] : [];
    expect(changed.filter(([method]) => !allowed.includes(method))).toEqual([]);
});

test("a mistake does not repeat a secret", async () => {
    const { stderr } = await redisdb(["create", "new", "--users", '[{"name":"a","password":"hunter2"}]']);
    expect(stderr).toContain("users[0].password");
    expect(stderr).not.toContain("hunter2");
});
