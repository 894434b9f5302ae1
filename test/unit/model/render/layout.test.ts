/** The scripts inside the containers speak of the same paths as the program. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { script } from "../../../../provider/components/server/scripts";
import * as layout from "../../../../provider/model/render/layout";

const {
    agentPath: _agentPath,
    redisUid,
    terminatorUid,
    plaintextPort: _plaintextPort,
    tlsPort: _tlsPort,
    linkPort: _linkPort,
    // Of files that a script only passes on, or that no script needs.
    nearbySocketPath: _nearbySocketPath,
    primaryCaPath: _primaryCaPath,
    ...paths
} = layout;

const scripts = {
    "agent/agent.sh": script("agent/agent.sh"),
    "server/start.sh": script("server/start.sh"),
    "server/health.sh": script("server/health.sh"),
    "haproxy/health.sh": script("haproxy/health.sh"),
    "haproxy/tunnel.sh": script("haproxy/tunnel.sh"),
    "haproxy/tunnelHealth.sh": script("haproxy/tunnelHealth.sh"),
} as const;
const everything = Object.values(scripts).join("\n");

/** The absolute paths that a script names; comments and sed's programs apart. */
function pathsIn(text: string): string[] {
    const code = text.replace(/^\s*#.*$/gm, "").replace(/sed (-\w )?'[^']*'|"/g, "");
    return [...code.matchAll(/(?<![\w$}*/.])\/[a-z][\w./-]*/g)].map(([path]) => path);
}

test("the agent's script is whole: each of its parts stands in it once, and none is left to be sourced", () => {
    const agent = scripts["agent/agent.sh"];
    const directory = join(__dirname, "../../../../provider/containers/agent");
    const parts = readdirSync(directory).filter((name) => name !== "agent.sh");
    expect(parts.length).toBeGreaterThan(5);
    expect(agent.match(/is a part of agent\.sh$/gm)).toHaveLength(parts.length);
    expect(agent).not.toMatch(/^\. /m);
});

test.each(Object.entries(paths))("%s, %s: a script names it", (_name, path) => {
    expect(pathsIn(everything).some((named) => named === path || named.startsWith(`${path}/`))).toBe(true);
});

test.each(Object.entries(scripts))("%s names no other place", (_name, text) => {
    const places = [
        layout.dataDir,
        layout.settingsDir,
        layout.primaryDir,
        layout.agentPath,
        layout.desiredPath,
        "/tmp",
        "/dev",
        "/proc",
    ];
    expect(pathsIn(text)).not.toEqual([]);
    expect(pathsIn(text).filter((path) => !places.some((at) => path === at || path.startsWith(`${at}/`)))).toEqual([]);
});

test("the agent and the health check talk to Redis at the socket that redis.conf names", () => {
    expect(scripts["agent/agent.sh"]).toContain(`\nsocket=${layout.socketPath}\n`);
    expect(scripts["server/health.sh"]).toContain(` -s ${layout.socketPath} `);
});

test("the agent keeps the users where redis.conf looks for them", () => {
    expect(scripts["agent/agent.sh"]).toContain(`\nacl_file=${layout.aclPath}\n`);
});

test("files are given to the users that the server and the terminator run as, and to no other", () => {
    const owners = [...everything.matchAll(/chown (?:-R )?(\d+):(\d+)/g)].flatMap(([, user, group]) => [user, group]);
    expect(new Set(owners)).toEqual(new Set(["0", String(redisUid), String(terminatorUid)]));
});
