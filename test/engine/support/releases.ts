/** Which releases of the catalog can run on this machine. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Release, releaseNames, versions } from "../../../provider/model/catalog/versions";
import { present } from "../../support/present";
import { docker } from "./docker";

const localImages = docker("images", "--format", "{{.Repository}}:{{.Tag}}").split("\n");

export const runnable: readonly Release[] = releaseNames.filter((release) =>
    localImages.includes(versions[release].image),
);

const pins = readFileSync(join(__dirname, "../../../toolchain/versions.env"), "utf8");
const pinned = (name: string) =>
    present(new RegExp(`^${name}="([^"]*)"`, "m").exec(pins)?.[1])
        .trim()
        .split(/\s+/);

/** The releases that set-up provides for `make test-versions`. */
export const provided = pinned("VERSIONS").map((image) =>
    present(releaseNames.find((release) => versions[release].image === image)),
);

/** The releases that `make test` runs: the oldest and the newest of those with a terminator, and of those without. */
export const usual = provided.filter((release, index) => {
    const { engine, version, nativeTls } = versions[release];
    const tested = pinned("TEST_REDIS_VERSIONS");
    if (nativeTls) return engine === "redis" && [tested[0], tested.at(-1)].includes(version);
    const next = provided[index + 1];
    return index === 0 || (next !== undefined && versions[next].nativeTls);
});
