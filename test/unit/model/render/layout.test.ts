/** The scripts inside the containers use the same paths as the program. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { script } from "../../../../provider/components/server/scripts";
import * as layout from "../../../../provider/model/render/layout";

const scripts = {
    "agent/agent.sh": script("agent/agent.sh"),
    "server/start.sh": script("server/start.sh"),
    "server/health.sh": script("server/health.sh"),
    "haproxy/health.sh": script("haproxy/health.sh"),
    "haproxy/tunnel.sh": script("haproxy/tunnel.sh"),
    "haproxy/tunnelHealth.sh": script("haproxy/tunnelHealth.sh"),
} as const;

/** The value of a path variable in a container. */
const shared = join(__dirname, "../../../../provider/containers/shared/files.sh");
const inContainer = (variable: string) =>
    execFileSync("sh", ["-c", `. ${shared}; printf %s "$${variable}"`], {
        encoding: "utf8",
        env: { PATH: process.env.PATH },
    });

test.each([
    ["dataDir", "data_dir"],
    ["settingsDir", "settings_dir"],
    ["desiredPath", "desired_file"],
    ["currentDir", "current_dir"],
    ["tlsDir", "tls_dir"],
    ["socketPath", "socket"],
    ["aclPath", "acl_file"],
    ["passwordPath", "password_file"],
    ["primaryDir", "primary_dir"],
    ["terminatorSocketPath", "terminator_socket"],
    ["tunnelSocketPath", "tunnel_socket"],
    ["tunnelConfPath", "tunnel_conf"],
] as const)("%s has the same value as $%s in the scripts", (constant, variable) => {
    expect(inContainer(variable)).toBe(layout[constant]);
});

test.each(Object.entries(scripts))("%s is complete: it sources no other file", (_name, text) => {
    expect(text).toMatch(/^#!\/bin\/sh\n/);
    expect(text).not.toMatch(/^\. /m);
});

test("files belong only to root and to the users of the server and HAProxy", () => {
    const owners = [
        ...Object.values(scripts)
            .join("\n")
            .matchAll(/\b(\d+):(\d+)\b/g),
    ].flatMap(([, user, group]) => [user, group]);
    expect(new Set(owners)).toEqual(new Set(["0", String(layout.redisUid), String(layout.terminatorUid)]));
});
