/** Orders suites for two workers: a suite that takes minutes and starts last would leave the other worker idle. */
import { basename } from "node:path";
import Sequencer from "@jest/test-sequencer";

/** The longest suites, by duration. All other suites follow in Jest's default order. */
const longest = [
    "guides",
    "restoreMatrix",
    "replicas",
    "conformance",
    "oldVersions",
    "replicasElsewhere",
    "matrix",
    "platform",
    "backups",
    "backupContainer",
    "restore",
    "diskSize",
    "switchover",
    "oldReplicas",
    "drift",
    "interruptions",
    "redisdb",
    "platformInterruptions",
    "disk",
    "ownData",
    "refusals",
    "changes",
    "catalog",
].map((name) => `${name}.test.ts`);

export default class LongestFirst extends Sequencer {
    sort(tests) {
        const rank = ({ path }) =>
            longest.includes(basename(path)) ? longest.indexOf(basename(path)) : longest.length;
        return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
    }
}
