/** The scripts that run inside containers. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const directory = join(__dirname, "../../containers");
const scripts = new Map<string, string>();

/**
 * The text of a script, with the parts that it sources in their places: Docker takes longer for a file than for what is
 * in it. Comments are left out, since the state keeps the text, too.
 */
export function script(
    name:
        | "agent/agent.sh"
        | "server/start.sh"
        | "server/health.sh"
        | "haproxy/health.sh"
        | "haproxy/tunnel.sh"
        | "haproxy/tunnelHealth.sh",
): string {
    const path = join(directory, name);
    const whole =
        scripts.get(name) ??
        readFileSync(path, "utf8")
            .replace(/^parts=.*\n/m, "")
            .replace(/^\. "\$parts\/(.+)"$/gm, (_line, part: string) => readFileSync(join(dirname(path), part), "utf8"))
            .replace(/^ *#(?!!).*\n/gm, "")
            .replace(/\n{2,}/g, "\n");
    scripts.set(name, whole);
    return whole;
}
