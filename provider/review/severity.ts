/** How serious a finding is. */

/** Each severity with its meaning, for the documentation; the most serious first. */
export const severities = {
    "data-loss": "data is deleted, or may be lost later",
    "security": "a protection ends, a connection becomes less safe, or an old password stops working at once",
    "downtime": "clients are disconnected, or can no longer connect as before",
    "capacity": "less room than before, or data that may not fit",
    "eol": "a version without security updates, or soon without them",
    "info": "worth knowing; nothing is lost",
} as const;

export type Severity = keyof typeof severities;

const order = Object.keys(severities) as Severity[];

/** The most serious first. */
export function bySeverity(one: Severity, other: Severity): number {
    return order.indexOf(one) - order.indexOf(other);
}

export function isSeverity(text: string): text is Severity {
    return Object.hasOwn(severities, text);
}
