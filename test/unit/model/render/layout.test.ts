/** The scripts inside the containers speak of the same paths as the program. */
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

/** What the variable of a path is in a container. */
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
] as const)("%s is what the scripts call %s", (constant, variable) => {
    expect(inContainer(variable)).toBe(layout[constant]);
});

test.each(Object.entries(scripts))("%s is whole: nothing is left to be sourced", (_name, text) => {
    expect(text).toMatch(/^#!\/bin\/sh\n/);
    expect(text).not.toMatch(/^\. /m);
});

test("files are given to the users that the server and HAProxy run as, and to no other", () => {
    const owners = [
        ...Object.values(scripts)
            .join("\n")
            .matchAll(/\b(\d+):(\d+)\b/g),
    ].flatMap(([, user, group]) => [user, group]);
    expect(new Set(owners)).toEqual(new Set(["0", String(layout.redisUid), String(layout.terminatorUid)]));
});
