/** Writes the states of many databases, as if each had been created like a recorded one. */
const { mkdirSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

/**
 * Writes `count` states to a directory that a `file://` backend names, and returns the databases' handles. `state` is the
 * file of a real database with the handle `recorded`, which occurs in it only as that handle.
 */
exports.writeFleet = function (directory, { state, recorded, project = "redis" }, count) {
    const stacks = join(directory, ".pulumi/stacks", project);
    mkdirSync(stacks, { recursive: true });
    const parts = state.split(recorded);
    return Array.from({ length: count }, (_, index) => {
        const handle = `fleet-${String(index).padStart(4, "0")}`;
        writeFileSync(join(stacks, `${handle}.json`), parts.join(handle));
        return handle;
    });
};
