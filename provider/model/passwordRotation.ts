/** When a password is due for rotation. */
import { createHash } from "node:crypto";
import type { DatabaseSpec } from "./databaseSpec";

const dayMs = 86_400_000;

/**
 * A number that goes up once every so many days. Each database has a day of its own on which it does, so that not all
 * passwords of a company change at once; so the first password may be replaced sooner, and none gets older.
 */
export function rotationPeriod(database: string, everyDays: number, now: Date): number {
    const offset = createHash("sha256").update(database).digest().readUInt32BE() / 2 ** 32;
    return Math.floor(now.getTime() / dayMs / everyDays + offset);
}

/** What a random password is bound to: another value of these is another password. None for the very first. */
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
