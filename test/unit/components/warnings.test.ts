/** Warnings about a database's arguments. `model/warnings.test.ts` tests their texts. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { isRemote } from "../../../provider/components/dockerHost";
import { warn } from "../../../provider/components/warnings";
import type { PlainArguments } from "../../../provider/model/arguments/definition";
import { Specification } from "../../../provider/components/server/specification";
import { resolveArguments } from "../../../provider/model/arguments/resolve";
import { startStack } from "../support/mockedStack";
import { ownerOn, textsIn } from "../support/owner";

async function warningsFor(args: PlainArguments, provider?: docker.Provider): Promise<string[]> {
    const { spec } = resolveArguments(args);
    if (!spec) throw new Error("no specification");
    const log = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    try {
        warn("sessions", new Specification(pulumi.output(spec)), args.bindAddress, ownerOn(provider));
        await new Promise((resolve) => setTimeout(resolve, 20));
        return textsIn(log);
    } finally {
        log.mockRestore();
    }
}

beforeAll(async () => {
    await startStack();
});

test("warns once of a version past its end of life, and not of a maintained one", async () => {
    expect(await warningsFor({ version: "3.2" })).toEqual([expect.stringContaining("Redis 3.2 reached end of life")]);
    expect(await warningsFor({ version: "8.8" })).toEqual([]);
});

test("warns of a host without bindAddress on another machine, and not if bindAddress is set", async () => {
    const remote = new docker.Provider("remote", { host: "ssh://me@db.example.com" });
    const args = { version: "8.8", host: "db.example.com" };
    expect(await warningsFor(args, remote)).toEqual([expect.stringContaining("host is set without bindAddress")]);
    expect(await warningsFor({ ...args, bindAddress: "127.0.0.1" }, remote)).toEqual([]);
    expect(await warningsFor(args)).toEqual([]);
});

test.each<[string | undefined, boolean]>([
    ["ssh://me@db.example.com:22", true],
    ["tcp://10.0.0.5:2376", true],
    ["tcp://[2001:db8::1]:2376", true],
    ["tcp://127.0.0.1:2375", false],
    ["tcp://[::1]:2375", false],
    ["unix:///var/run/docker.sock", false],
    ["npipe:////./pipe/docker_engine", false],
    [undefined, false],
])("a provider at %s is on another machine: %s", async (host, expected) => {
    expect(await isRemote(new docker.Provider("named", { ...(host && { host }) }))).toBe(expected);
});

test("without a host, a provider uses DOCKER_HOST", async () => {
    const before = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = "ssh://db.example.com";
    try {
        expect(await isRemote(undefined)).toBe(true);
    } finally {
        if (before === undefined) delete process.env.DOCKER_HOST;
        else process.env.DOCKER_HOST = before;
    }
});
