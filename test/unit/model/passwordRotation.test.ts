/** When a password is rotated. */
import fc from "fast-check";
import { resolveArguments } from "../../../provider/model/arguments/resolve";
import { passwordKeepers, rotationPeriod } from "../../../provider/model/passwordRotation";
import { present } from "../../support/present";

const dayMs = 24 * 60 * 60 * 1000;
const name = fc.string({ minLength: 1 });
const everyDays = fc.integer({ min: 1, max: 3650 });
const time = fc.date({ min: new Date("2020-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
const after = (start: Date, days: number) => new Date(start.getTime() + days * dayMs);

test("the period never decreases, and increases by one at a time", () => {
    fc.assert(
        fc.property(
            name,
            everyDays,
            time,
            fc.double({ min: 0, max: 1, noNaN: true }),
            (database, every, start, part) => {
                const first = rotationPeriod(database, every, start);
                expect(Number.isInteger(first)).toBe(true);
                const next = rotationPeriod(database, every, after(start, every * part));
                expect([first, first + 1]).toContain(next);
            },
        ),
    );
});

test("no password, not even the first, outlives its period", () => {
    fc.assert(
        fc.property(name, everyDays, time, (database, every, start) => {
            // A millisecond for the arithmetic of fractions.
            const due = new Date(after(start, every).getTime() + 1);
            expect(rotationPeriod(database, every, due)).toBeGreaterThan(rotationPeriod(database, every, start));
        }),
    );
});

test("the days of different databases are spread over the whole period", () => {
    const days = Array.from({ length: 200 }, (_, index) => {
        const period = (day: number) => rotationPeriod(`db-${index}`, 10, after(new Date("2026-01-01"), day));
        return Array.from({ length: 11 }, (_value, day) => day).find((day) => period(day) > period(0));
    });
    const counts = Array.from({ length: 10 }, (_, day) => days.filter((found) => found === day + 1).length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(200);
    expect(Math.min(...counts)).toBeGreaterThan(5);
});

describe("the keepers of a random password", () => {
    const now = new Date("2026-11-24");
    const keepers = (passwordVersion: number, rotatePasswordEvery?: number, at = now) =>
        passwordKeepers("sessions", { passwordVersion, ...(rotatePasswordEvery && { rotatePasswordEvery }) }, at);

    test("are empty for the first password without rotation", () => {
        expect(keepers(1)).toEqual({});
    });

    test("are its version, its period, or both", () => {
        const period = String(rotationPeriod("sessions", 30, now));
        expect(keepers(2)).toEqual({ version: "2" });
        expect(keepers(1, 30)).toEqual({ period });
        expect(keepers(2, 30)).toEqual({ version: "2", period });
    });

    test("change with each period, and not within it", () => {
        const all = Array.from({ length: 91 }, (_, day) => keepers(1, 30, after(now, day)).period);
        expect(new Set(all).size).toBeGreaterThanOrEqual(4);
        expect(new Set(all).size).toBeLessThanOrEqual(5);
    });

    test("do not depend on the grace period", () => {
        fc.assert(
            fc.property(fc.nat({ max: 8760 }), (passwordGraceHours) => {
                const { spec } = resolveArguments({ passwordVersion: 3, passwordGraceHours });
                expect(passwordKeepers("sessions", present(spec), now)).toEqual({ version: "3" });
            }),
        );
    });
});
