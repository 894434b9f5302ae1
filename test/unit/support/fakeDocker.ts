/** A fake `docker` command. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const { PATH } = process.env;
let directory: string;

/** Puts the fake command first on the PATH in each test of a file. */
export function fakeDocker(): void {
    beforeEach(() => {
        directory = mkdtempSync(join(tmpdir(), "redis-database-docker-"));
        process.env.PATH = [directory, PATH].join(delimiter);
    });
    afterEach(() => {
        process.env.PATH = PATH;
        rmSync(directory, { recursive: true });
    });
}

/** The path of a file next to the fake command. */
export const fakeDockerFile = (name: string): string => join(directory, name);

/** Id of the default network on the host that both the mocked provider and the fake command reach. */
export const bridgeId = "0a1b2c3d";

/** Sets what the command does after it has recorded its arguments, as lines of a shell script. */
export function dockerDoes(...lines: string[]): void {
    const reached = `case "$*" in *"network inspect --format {{.Id}} bridge") echo ${bridgeId}; exit ;; esac`;
    const record = `echo "$*" >>${fakeDockerFile("asked")}`;
    writeFileSync(fakeDockerFile("docker"), ["#!/bin/sh", reached, record, ...lines].join("\n"));
    chmodSync(fakeDockerFile("docker"), 0o755);
}

/** Removes all other commands from the PATH, even the shell. */
export function noDocker(): void {
    process.env.PATH = directory;
}

/** The arguments of each call of the command. */
export function dockerCalls(): string[] {
    const calls = fakeDockerFile("asked");
    return existsSync(calls) ? readFileSync(calls, "utf8").trimEnd().split("\n") : [];
}
