/** The order of suites that run two at a time: one that takes minutes and begins last would keep one core waiting. */
import { basename } from "node:path";
import Sequencer from "@jest/test-sequencer";

/** By how long they take. Others follow, in Jest's own order. */
const longest = [
    ...["replicas", "oldVersions", "replicasElsewhere", "matrix", "diskSize", "switchover", "oldReplicas", "drift"],
    ...["interruptions", "disk", "ownData", "refusals", "changes", "catalog"],
].map((name) => `${name}.test.ts`);

export default class LongestFirst extends Sequencer {
    sort(tests) {
        const rank = ({ path }) =>
            longest.includes(basename(path)) ? longest.indexOf(basename(path)) : longest.length;
        return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
    }
}
