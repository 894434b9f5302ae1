/** The lines of Redis's ACL file that the program speaks of; only hashes, never a password. */
import { createHash } from "node:crypto";
import { clientUser } from "./urls";
import { type Version, versions } from "./versions";

/** ACL lines for the client users: `default` and the named one share a password, as clients expect. */
export function clientUsers(version: Version, password: string): string {
    const hash = createHash("sha256").update(password).digest("hex");
    // 6.0 knows no channel permissions and refuses the rule.
    const channels = versions[version].channelPermissions ? " &*" : "";
    return ["default", clientUser].map((user) => `user ${user} on #${hash} ~*${channels} +@all\n`).join("");
}
