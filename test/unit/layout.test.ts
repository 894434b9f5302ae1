/** The scripts inside the containers speak of the same paths as the program. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as layout from "../../provider/spec/layout";

const script = (name: string) => readFileSync(join(__dirname, "../../provider/containers", name), "utf8");

test("agent.sh", () => {
    const lines = script("agent.sh").split("\n");
    expect(lines).toEqual(
        expect.arrayContaining([
            `desired=${layout.desiredDir}`,
            `settings=${layout.settingsDir}`,
            `data=${layout.dataDir}`,
            `redis=${layout.redisUid}`,
            `socket=${layout.socketPath.replace(layout.settingsDir, "$settings")}`,
        ]),
    );
    const paths = { current: layout.currentDir, tls: layout.tlsDir, acl: layout.aclPath };
    for (const path of Object.values(paths)) {
        expect(script("agent.sh")).toContain(path.replace(layout.settingsDir, "$settings"));
    }
});

test("health.sh", () => {
    expect(script("health.sh")).toContain(`-s ${layout.socketPath} `);
    expect(script("health.sh")).toContain(`${layout.settingsDir}/health.secret`);
});
