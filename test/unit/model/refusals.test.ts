/** The refusals of the containers, which users see as the error of `pulumi up`. */
import { script } from "../../../provider/components/server/scripts";
import { argumentNames } from "../../../provider/model/arguments/index";
import { backupRefusals } from "../../../provider/model/backupRefusals";
import { type Refusal, agentRefusals } from "../../../provider/model/refusals";
import { restoreRefusals } from "../../../provider/model/restoreRefusals";
import { membersOf } from "../support/argsTypes";

const scripts = ["agent/agent.sh", "server/health.sh", "haproxy/tunnelHealth.sh", "haproxy/health.sh"] as const;
const [agent, server, tunnel, terminator] = scripts.map((name) => script(name).replace(/^ *#.*$/gm, "")) as [
    string,
    string,
    string,
    string,
];
const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

const refusals = [...agent.matchAll(/\brefuse ([a-z-]+) "((?:\$\([^)]*\)|[^"\\]|\\.)*)"/g)].map(
    ([, code = "", words = ""]) => ({ code, words }),
);
/** Servers, tunnels and HAProxy write their refusals to their own logs. */
const codesOfServers = [
    ...server.matchAll(/\breason_in_log ([a-z-]+) "/g),
    ...server.matchAll(/\[redis-database\/([a-z-]+)\]/g),
    ...tunnel.matchAll(/^ +code=([a-z-]+)$/gm),
    ...terminator.matchAll(/\breason_in_log ([a-z-]+) "/g),
].map(([, code = ""]) => code);

test("all refusals of the scripts are found, with code and full text", () => {
    expect(refusals).toHaveLength(count(agent, /\brefuse /g));
    expect(codesOfServers).toHaveLength(
        3 + count(server, /\breason_in_log /g) + count(tunnel, /^ +reason=/gm) + count(terminator, /\breason_in_log /g),
    );
    expect(refusals.map(({ code, words }) => `${words} [redis-database/${code}]`)).toMatchSnapshot();
});

test("the list has exactly the codes that the scripts use", () => {
    const used = new Set([...refusals.map(({ code }) => code), ...codesOfServers]);
    expect([...used].sort()).toEqual(Object.keys(agentRefusals).sort());
});

test("the list of refusals of backups has exactly the codes that the scripts use", () => {
    const text = script("backup/backup.sh") + script("backup/notify.sh");
    const used = [...text.matchAll(/\b(?:problem|refuse) ([a-z-]+) "|(?:printf '|\\t)([a-z]+-[a-z-]+)\\t/g)];
    // The function `problem` itself is called with variables, and not with a code.
    const codes = new Set(used.map(([, called, printed]) => called ?? printed));
    expect([...codes].sort()).toEqual(Object.keys(backupRefusals).sort());
});

test("the list of refusals of a restore has exactly the codes that the scripts use", () => {
    const text = script("restore/restore.sh");
    const used = [...text.matchAll(/\brefuse ([a-z-]+) "/g)].map(([, code]) => code);
    const replaced = [...text.matchAll(/\bcode=([a-z-]+)/g)].map(([, code]) => code);
    expect([...new Set([...used, ...replaced])].sort()).toEqual(Object.keys(restoreRefusals).sort());
});

test.each([agentRefusals, backupRefusals, restoreRefusals])(
    "the list is sorted, with one sentence each for meaning and remedy",
    (list: Readonly<Record<string, Refusal>>) => {
        expect(Object.keys(list)).toEqual(Object.keys(list).sort());
        for (const sentence of Object.values(list).flatMap(({ meaning, remedy }) => [meaning, remedy])) {
            expect(sentence).toMatch(/^[A-Z`].*[^.]\.$/);
            expect(sentence).not.toMatch(/[.] [A-Z]/);
        }
    },
);

test("a refusal that starts with an argument starts with an existing one", () => {
    const paths = refusals.flatMap(({ words }) => /^([\w.]+): /.exec(words)?.slice(1) ?? []);
    expect(new Set(paths)).toEqual(
        new Set(["data", "data.files", "diskSizeGb", "flavor", "memoryMb", "primary", "promoted", "tls", "users"]),
    );
    const known = [
        ...argumentNames("RedisDatabase"),
        ...argumentNames("RedisReplica"),
        ...membersOf("DataArgs").map((name) => `data.${name}`),
    ];
    expect(paths.filter((path) => !known.includes(path))).toEqual([]);
});
