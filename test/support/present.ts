/** Returns a value that must exist; fails the test if it does not. */
export function present<T>(value: T | undefined | null): T {
    if (value === undefined || value === null) throw new Error("a required value is missing");
    return value;
}
