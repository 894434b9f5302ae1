/** When a password is rotated. */
import { createHash } from "node:crypto";
import type { DatabaseSpec } from "./databaseSpec";

const dayMs = 86_400_000;

/**
 * A number that increases every `everyDays` days. The offset differs between databases, so that not all passwords change on
 * the same day. So the first period may be shorter, but none is longer.
 */
export function rotationPeriod(database: string, everyDays: number, now: Date): number {
    const offset = createHash("sha256").update(database).digest().readUInt32BE() / 2 ** 32;
    return Math.floor(now.getTime() / dayMs / everyDays + offset);
}

/** The keepers of a random password: a change of their values generates a new one. The first password has none. */
export function passwordKeepers(
    database: string,
    { passwordVersion, rotatePasswordEvery }: Pick<DatabaseSpec, "passwordVersion" | "rotatePasswordEvery">,
    now: Date,
): Record<string, string> {
    return {
        ...(passwordVersion > 1 && { version: String(passwordVersion) }),
        ...(rotatePasswordEvery !== undefined && {
            period: String(rotationPeriod(database, rotatePasswordEvery, now)),
        }),
    };
}
