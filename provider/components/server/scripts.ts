/** The scripts that run inside containers. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { withoutComments } from "../../model/render/comments";

const directory = join(__dirname, "../../containers");
const scripts = new Map<string, string>();

/**
 * The text of a script, with the parts that it sources inlined: Docker takes longer to upload several files than one
 * large file. Comments are removed, since the state contains the text.
 */
export function script(
    name:
        | "agent/agent.sh"
        | "server/start.sh"
        | "server/health.sh"
        | "restore/restore.sh"
        | "haproxy/health.sh"
        | "haproxy/tunnel.sh"
        | "haproxy/tunnelHealth.sh"
        | "backup/backup.sh"
        | "backup/install.sh"
        | "backup/notify.sh"
        | "backup/orphans.sh"
        | "backup/try.sh",
): string {
    const path = join(directory, name);
    const text =
        scripts.get(name) ??
        withoutComments(
            readFileSync(path, "utf8")
                .replace(/^parts=.*\n/m, "")
                .replace(/^\. "\$parts\/(.+)"$/gm, (_line, part: string) =>
                    readFileSync(join(dirname(path), part), "utf8"),
                ),
        ).replace(/\n{2,}/g, "\n");
    scripts.set(name, text);
    return text;
}
