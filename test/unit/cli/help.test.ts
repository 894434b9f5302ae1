/** The help of the command and of each verb. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { packageVersion } from "../../../provider/cli/package";
import { calls, previews, verbs } from "../../../provider/cli/verbs/index";
import { redisdb } from "./support";

test.each([
    ["--help"],
    ["preview", "--help"],
    ...verbs.map(({ name }) => ["help", name]),
    ...previews.map(({ name }) => ["preview", "help", name]),
    ...verbs.flatMap(({ name, verbs: next = [] }) => next.map((each) => [name, each.name, "--help"])),
])("redisdb %s %s %s", async (...words) => {
    const { exitCode, stdout, stderr, opened } = await redisdb(words);
    expect([exitCode, stderr, opened]).toEqual([0, "", undefined]);
    expect(stdout).toMatchSnapshot();
});

test("without a verb, the help is an error", async () => {
    const { exitCode, stdout, stderr } = await redisdb([]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Usage: redisdb <verb>");
    expect((await redisdb(["preview"])).exitCode).toBe(2);
});

test.each(["-V", "--version"])("%s", async (flag) => {
    expect(await redisdb([flag])).toMatchObject({ exitCode: 0, stdout: `${packageVersion}\n`, stderr: "" });
});

test.each(Object.entries(calls).flatMap(([name, { examples }]) => examples.map((example) => [name, example])))(
    "an example of %s is a valid call: %s",
    async (name, example) => {
        const runs = ["execute", "logs", "doctor", "tunnel", "review", "up"].includes(name);
        if (runs) return;
        // A stack would need Pulumi.
        const { exitCode, stderr } = await redisdb([...example.replace(/ --stack \S+/, "").split(" "), "--yes"]);
        expect([exitCode, stderr.includes("→")]).toEqual([0, false]);
    },
);

test("the help and the list of versions load neither Pulumi nor the components", () => {
    const program = join(__dirname, "../../../provider/cli/run.ts");
    const code = `
        require("ts-node/register/transpile-only");
        require(${JSON.stringify(program)});
        console.log(Object.keys(require.cache).join("\\n"));`;
    const { stdout } = spawnSync(process.execPath, ["-e", code], {
        encoding: "utf8",
        cwd: join(__dirname, "../../.."),
    });
    const loaded = stdout.split("\n");
    expect(loaded.some((file) => file.endsWith("provider/platform/redisPlatform.ts"))).toBe(true);
    expect(loaded.filter((file) => /@pulumi\/|provider\/components\//.test(file))).toEqual([]);
});
