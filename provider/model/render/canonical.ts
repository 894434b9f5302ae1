/**
 * Canonical spellings of values that can be written in several ways: the spelling that Docker reports. Pulumi compares
 * the reported value with the program's, so any other spelling would be a change in every update.
 */
import { isIP } from "node:net";

/** An IP address as Go prints it: lower case, shortened, and IPv4 within IPv6 as IPv4. A name stays as it is. */
export function canonicalHost(host: string): string {
    if (isIP(host) !== 6 || host.includes("%")) return host;
    // WHATWG URLs are shortened as in Go, except that embedded IPv4 is written as two hexadecimal groups.
    const address = new URL(`http://[${host}]`).hostname.slice(1, -1);
    const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(address) ?? [];
    if (high === undefined || low === undefined) return address;
    return [high, low].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]).join(".");
}

const nanoseconds: Readonly<Record<string, number>> = {
    ns: 1,
    us: 1e3,
    µs: 1e3,
    μs: 1e3,
    ms: 1e6,
    s: 1e9,
    m: 60e9,
    h: 3600e9,
};

/** A duration as Go prints it: `60s` is `1m0s`. An invalid duration stays unchanged, and Docker refuses it. */
export function canonicalDuration(text: string): string {
    if (!/^\+?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) return text;
    const parts = [...text.matchAll(/([\d.]+)([a-zµμ]+)/g)];
    const total = parts.reduce(
        (sum, [, count, unit = ""]) => sum + Math.round(Number(count) * (nanoseconds[unit] ?? 0)),
        0,
    );
    if (total > 0 && total < 1e9) {
        const [unit, size] = total < 1e3 ? ["ns", 1] : total < 1e6 ? ["µs", 1e3] : ["ms", 1e6];
        return `${total / size}${unit}`;
    }
    const [hours, minutes] = [Math.floor(total / 3600e9), Math.floor((total % 3600e9) / 60e9)];
    const seconds = ((total % 60e9) / 1e9).toFixed(9).replace(/\.?0+$/, "");
    return `${hours > 0 ? `${hours}h` : ""}${total >= 60e9 ? `${minutes}m` : ""}${seconds}s`;
}

/** A capability in upper case, with its prefix. */
export function canonicalCapability(name: string): string {
    const upper = name.toUpperCase();
    return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
}

/** A number of processors as @pulumi/docker prints it, from billionths: mostly without trailing zeros. */
export function canonicalCpus(text: string): string {
    const digits = Number(text).toFixed(9);
    return digits.split("0").length - 1 === 9 ? Number(text).toFixed(1) : digits.replace(/0+$/, "");
}

/** Whether an image ID is abbreviated; Docker reports the full ID. */
export function isShortImageId(image: string): boolean {
    return image.startsWith("sha256:") && !/^sha256:[0-9a-f]{64}$/.test(image);
}
