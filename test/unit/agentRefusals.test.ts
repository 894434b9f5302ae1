/** What the agent refuses, in its own words, which reach a person as the error of `pulumi up`. */
import { script } from "../../provider/components/server/scripts";
import { argumentNames } from "../../provider/model/arguments/index";
import { membersOf } from "./support/argsTypes";

const refusals = [...script("agent/agent.sh").matchAll(/\brefuse "((?:\$\([^)]*\)|[^"\\]|\\.)*)"/g)].map(
    ([, words = ""]) => words,
);

test("each of them is found, in full", () => {
    expect(refusals).toHaveLength(script("agent/agent.sh").match(/\brefuse "/g)?.length ?? 0);
    expect(refusals).toMatchSnapshot();
});

test("those that start with an argument start with one that there is", () => {
    const paths = refusals.flatMap((words) => /^([\w.]+): /.exec(words)?.slice(1) ?? []);
    expect(new Set(paths)).toEqual(
        new Set(["data", "data.files", "diskSizeGb", "flavor", "memoryMb", "primary", "promoted"]),
    );
    const known = [
        ...argumentNames("RedisDatabase"),
        ...argumentNames("RedisReplica"),
        ...membersOf("DataArgs").map((name) => `data.${name}`),
    ];
    expect(paths.filter((path) => !known.includes(path))).toEqual([]);
});
