/** When backups run: a name such as `daily`, or a cron expression, as the minutes, hours and days at which to run. */
import { createHash } from "node:crypto";

/** The times of a schedule, in UTC. */
export interface Times {
    readonly minutes: readonly number[];
    readonly hours: readonly number[];
    readonly days: readonly number[];
    readonly months: readonly number[];
    /** 0 is Sunday. */
    readonly weekdays: readonly number[];
    /** Whether a day matches if either its number or its weekday does, as in cron if an expression has both. */
    readonly eitherDay: boolean;
}

export const scheduleNames = ["hourly", "daily", "weekly"] as const;

const every = {
    hours: numbers(0, 23),
    days: numbers(1, 31),
    months: numbers(1, 12),
    weekdays: numbers(0, 6),
};

/**
 * The times of a valid schedule. With a name, they depend on the owner, so that the databases of a Docker host do not all
 * start at the same time.
 */
export function timesOf(schedule: string, owner: string): Times {
    const spread = (count: number, of: string) => numberFrom(`${owner} ${of}`) % count;
    const minutes = [spread(60, "minute")];
    const hours = [spread(24, "hour")];
    switch (schedule) {
        case "hourly":
            return { ...every, minutes, eitherDay: false };
        case "daily":
            return { ...every, minutes, hours, eitherDay: false };
        case "weekly":
            return { ...every, minutes, hours, weekdays: [spread(7, "weekday")], eitherDay: false };
        default:
            return expand(schedule);
    }
}

const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Whether backups can run at this schedule: a name, or a cron expression with days that exist. */
export function isSchedule(schedule: string): boolean {
    if (scheduleNames.some((name) => name === schedule)) return true;
    // The parser also accepts other formats, and extensions such as `L` for the last day of a month.
    const words = schedule.toLowerCase().match(/[a-z]+/g) ?? [];
    if (!words.every((word) => dayNames.includes(word) || monthNames.includes(word))) return false;
    if (!/^[\da-z*,/-]+( +[\da-z*,/-]+){4}$/i.test(schedule)) return false;
    try {
        return longestGapSeconds(expand(schedule)) < Infinity;
    } catch {
        return false;
    }
}

function expand(expression: string): Times {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loads slowly, and most schedules are names
    const { CronExpressionParser } = require("cron-parser") as typeof import("cron-parser");
    const { fields } = CronExpressionParser.parse(expression, { tz: "UTC" });
    const { minute, hour, dayOfMonth, month, dayOfWeek } = fields;
    const ascending = (values: readonly (number | string)[]) => [...new Set(values.map(Number))].sort((a, b) => a - b);
    return {
        minutes: ascending(minute.values),
        hours: ascending(hour.values),
        days: ascending(dayOfMonth.values),
        months: ascending(month.values),
        // Cron also accepts 7 for Sunday.
        weekdays: ascending(dayOfWeek.values.map((day) => Number(day) % 7)),
        eitherDay: !dayOfMonth.isWildcard && !dayOfWeek.isWildcard,
    };
}

const daySeconds = 24 * 3600;

/** Includes the nine years around a year that is no leap year although its number is a multiple of four. */
const [firstDay, lastDay] = [Date.UTC(2092, 0, 1), Date.UTC(2109, 0, 1)];

/** The longest time between two runs, in seconds. Infinity if no day matches. */
export function longestGapSeconds(times: Times): number {
    const seconds = times.hours.flatMap((hour) => times.minutes.map((minute) => hour * 3600 + minute * 60));
    const [first = 0, last = 0] = [seconds[0], seconds.at(-1)];
    const matching: number[] = [];
    for (let day = firstDay; day < lastDay; day += daySeconds * 1000) {
        if (runsOn(times, new Date(day))) matching.push(day / 1000);
    }
    const within = seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0));
    const between = matching.slice(1).map((day, index) => day - (matching[index] ?? 0) + first - last);
    return between.length === 0 ? Infinity : Math.max(...within, largest(between));
}

function runsOn({ days, months, weekdays, eitherDay }: Times, date: Date): boolean {
    if (!months.includes(date.getUTCMonth() + 1)) return false;
    const [byNumber, byWeekday] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
    return eitherDay ? byNumber || byWeekday : byNumber && byWeekday;
}

/** `Math.max` accepts only a limited number of arguments. */
function largest(values: readonly number[]): number {
    return values.reduce((one, other) => Math.max(one, other), 0);
}

function numbers(from: number, to: number): number[] {
    return Array.from({ length: to - from + 1 }, (_each, index) => from + index);
}

function numberFrom(text: string): number {
    return createHash("sha256").update(text).digest().readUInt32BE();
}
