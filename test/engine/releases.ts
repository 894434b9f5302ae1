/** Which of the catalog's servers run here. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Release, releaseNames, versions } from "../../provider/spec/versions";
import { docker } from "./docker";

const here = docker("images", "--format", "{{.Repository}}:{{.Tag}}").split("\n");

export const runnable: readonly Release[] = releaseNames.filter((release) => here.includes(versions[release].image));

/** Those that set-up provides for these tests: `make test-versions`. */
export const provided: readonly string[] = (
    /^VERSIONS="([^"]*)"/m.exec(readFileSync(join(__dirname, "../../toolchain/versions.env"), "utf8"))?.[1] ?? ""
)
    .trim()
    .split(/\s+/);
