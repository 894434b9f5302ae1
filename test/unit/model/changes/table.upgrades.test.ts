/** The change table for versions and engines. */
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import type { Described } from "../../../../provider/model/changes/describe";
import { currentFormat } from "../../../../provider/model/changes/formats";
import { changesBetween, refusals } from "../../../../provider/model/changes/table";

function described(args: PlainArguments): Described {
    const { spec, findings } = resolveArguments(args);
    expect(findings).toEqual([]);
    if (!spec) throw new Error("no specification");
    return { spec, args, format: currentFormat };
}

const rows = (before: PlainArguments, after: PlainArguments) =>
    changesBetween(described(before), described(after)).map(({ id }) => id);
const refused = (before: PlainArguments, after: PlainArguments) => refusals(described(before), described(after));

test.each([
    [{ version: "2.8" }, { version: "8.0" }],
    [{ version: "7.2" }, { engine: "valkey", version: "8.1" }],
    [{ version: "7.2" }, { engine: "valkey", version: "7.2" }],
    [{ version: "3.2" }, { engine: "valkey" }],
    [
        { engine: "valkey", version: "7.2" },
        { engine: "valkey", version: "9.1" },
    ],
])("%j to %j is an upgrade", (before, after) => {
    expect(rows(before, after)).toEqual(["versionUp"]);
    expect(refused(before, after)).toEqual([]);
});

test.each([
    [
        { version: "5.0" },
        { version: "3.2" },
        {
            code: "redis-database/version-downgrade",
            path: "version",
            problem: 'is "3.2", but Redis 5.0 wrote the data, which 3.2 cannot read',
            remedy: 'keep "5.0" or use a later version; to use 3.2, restore a copy that it can read into a new database',
        },
    ],
    [
        { version: "7.4" },
        { engine: "valkey", version: "8.1" },
        {
            code: "redis-database/version-downgrade",
            path: "engine",
            problem: 'is "valkey", but Redis 7.4 wrote the data, which Valkey 8.1 cannot read',
            remedy: 'keep "redis"; to use Valkey 8.1, restore a copy that it can read into a new database',
        },
    ],
    [
        { engine: "valkey", version: "9.0" },
        { engine: "redis", version: "8.8" },
        {
            code: "redis-database/version-downgrade",
            path: "engine",
            problem: 'is "redis", but Valkey 9.0 wrote the data, which Redis 8.8 cannot read',
            remedy: 'keep "valkey"; to use Redis 8.8, restore a copy that it can read into a new database',
        },
    ],
])("%j to %j is refused", (before, after, finding) => {
    expect(rows(before, after)).toEqual(["versionDown"]);
    expect(refused(before, after)).toEqual([finding]);
});
