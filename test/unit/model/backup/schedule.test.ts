/** When backups run. */
import { CronExpressionParser } from "cron-parser";
import { isSchedule, longestGapSeconds, scheduleNames, timesOf } from "../../../../provider/model/backup/schedule";

const hour = 3600;
const day = 24 * hour;

test.each([
    ["30 3 * * *", day],
    ["*/15 * * * *", hour / 4],
    ["0 0,6 * * *", 18 * hour],
    ["0 3 * * mon", 7 * day],
    ["0 3 * * 7", 7 * day],
    ["5 4 1 * *", 31 * day],
    ["0 0 1,15 * fri", 7 * day],
    // 2100 is no leap year.
    ["0 0 29 2 *", (8 * 365 + 1) * day],
])("%s: the longest gap is %d seconds", (schedule, seconds) => {
    expect(isSchedule(schedule)).toBe(true);
    expect(longestGapSeconds(timesOf(schedule, "shop/prod/sessions"))).toBe(seconds);
});

test.each([
    ["hourly", hour],
    ["daily", day],
    ["weekly", 7 * day],
])("%s: the longest gap is %d seconds, at a time that depends on the name", (schedule, seconds) => {
    const all = Array.from({ length: 300 }, (_each, index) => timesOf(schedule, `shop/prod/db-${index}`));
    expect(new Set(all.map(longestGapSeconds))).toEqual(new Set([seconds]));
    expect(new Set(all.map(({ minutes }) => minutes.join())).size).toBeGreaterThan(50);
    expect(timesOf(schedule, "shop/prod/a")).toEqual(timesOf(schedule, "shop/prod/a"));
    expect(timesOf(schedule, "shop/prod/a")).not.toEqual(timesOf(schedule, "shop/prod/b"));
});

test.each([
    "",
    "every day",
    "@daily",
    "0 3 * *",
    "0 0 3 * * *",
    "60 3 * * *",
    "0 24 * * *",
    "0 0 32 * *",
    "0 0 30 2 *",
    "0 0 L * *",
    "0 0 ? * *",
    "H 3 * * *",
    "0 0 * * 1#2",
    "0 0 15W * *",
    "-1 3 * * *",
    "0 3 * 13 *",
    "0 3 * * 8",
    "\n0 3 * * *",
])("%j is no schedule", (schedule) => {
    expect(isSchedule(schedule)).toBe(false);
});

test("the times are those at which cron runs", () => {
    const schedules = ["*/7 5-9 * jan,jul *", "13 1,2 1-7 * *", "0 0 13 * fri", "59 23 31 12 *", "1 2 3 4 5"];
    for (const schedule of schedules) {
        const { minutes, hours, days, months, weekdays, eitherDay } = timesOf(schedule, "");
        const runs = CronExpressionParser.parse(schedule, { tz: "UTC", currentDate: "2026-01-01T00:00:00Z" });
        for (const run of runs.take(50)) {
            const date = run.toDate();
            expect(minutes).toContain(date.getUTCMinutes());
            expect(hours).toContain(date.getUTCHours());
            expect(months).toContain(date.getUTCMonth() + 1);
            const by = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
            expect(eitherDay ? by.includes(true) : by).toEqual(eitherDay ? true : [true, true]);
        }
    }
});

test("names are not cron expressions", () => {
    expect(scheduleNames.every((name) => isSchedule(name))).toBe(true);
});
