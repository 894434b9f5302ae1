/** Prints each test when it ends. Jest's default reporter prints a suite when it ends, which can take minutes. */
import { basename } from "node:path";

export default class Progress {
    onTestFileStart(test) {
        console.error(`${nameOf(test)} …`);
    }

    onTestCaseResult(test, { status, fullName, duration }) {
        if (status === "pending") return;
        console.error(`${nameOf(test)} ${status === "passed" ? "✓" : "✕"} ${fullName} (${seconds(duration)})`);
    }
}

const nameOf = ({ path }) => basename(path, ".test.ts");
const seconds = (ms) => `${((ms ?? 0) / 1000).toFixed(1)} s`;
