/** What a test knows to be there; fails the test where it is not. */
export function present<T>(value: T | undefined | null): T {
    if (value === undefined || value === null) throw new Error("a value that must be there is missing");
    return value;
}
