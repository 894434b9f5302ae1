/** A `docker` command of the tests' own. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const { PATH } = process.env;
let directory: string;

/** Puts it before all others in each test of a file. */
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

/** A file of the test's, next to the command. */
export const nextToDocker = (name: string): string => join(directory, name);

/** Of the default network on the host that the mocked provider reaches, and the command. */
export const bridgeId = "0a1b2c3d";

/** What the command does, as lines of a shell script, after it has noted its arguments. */
export function dockerDoes(...lines: string[]): void {
    const reached = `case "$*" in *"network inspect --format {{.Id}} bridge") echo ${bridgeId}; exit ;; esac`;
    const noted = `echo "$*" >>${nextToDocker("asked")}`;
    writeFileSync(nextToDocker("docker"), ["#!/bin/sh", reached, noted, ...lines].join("\n"));
    chmodSync(nextToDocker("docker"), 0o755);
}

/** With no other command on the path, not even a shell. */
export function noDocker(): void {
    process.env.PATH = directory;
}

/** The arguments that the command was called with, each time. */
export function askedOfDocker(): string[] {
    const notes = nextToDocker("asked");
    return existsSync(notes) ? readFileSync(notes, "utf8").trimEnd().split("\n") : [];
}
