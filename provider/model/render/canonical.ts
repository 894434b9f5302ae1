/**
 * The one spelling of values that can be written in several ways: the one in which Docker reports them. Pulumi compares
 * that with the program's, so that any other would be a change in every update.
 */
import { isIP } from "node:net";

/** An IP address as Go prints it: lower case, shortened, and IPv4 within IPv6 as IPv4. A name stays as it is. */
export function canonicalHost(host: string): string {
    if (isIP(host) !== 6 || host.includes("%")) return host;
    // WHATWG's URL shortens as Go does, but has IPv4 in two groups of hexadecimal digits.
    const address = new URL(`http://[${host}]`).hostname.slice(1, -1);
    const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(address) ?? [];
    if (high === undefined || low === undefined) return address;
    return [high, low].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]).join(".");
}

const nanoseconds: Readonly<Record<string, number>> = {
    ...{ ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6 },
    ...{ s: 1e9, m: 60e9, h: 3600e9 },
};

/** A duration as Go prints it: `60s` is `1m0s`. What is none stays as it is, for Docker to refuse. */
export function canonicalDuration(text: string): string {
    if (!/^\+?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) return text;
    const parts = [...text.matchAll(/([\d.]+)([a-zµμ]+)/g)];
    const all = parts.reduce(
        (sum, [, count, unit = ""]) => sum + Math.round(Number(count) * (nanoseconds[unit] ?? 0)),
        0,
    );
    if (all > 0 && all < 1e9) {
        const [unit, size] = all < 1e3 ? ["ns", 1] : all < 1e6 ? ["µs", 1e3] : ["ms", 1e6];
        return `${all / size}${unit}`;
    }
    const [hours, minutes] = [Math.floor(all / 3600e9), Math.floor((all % 3600e9) / 60e9)];
    const seconds = ((all % 60e9) / 1e9).toFixed(9).replace(/\.?0+$/, "");
    return `${hours > 0 ? `${hours}h` : ""}${all >= 60e9 ? `${minutes}m` : ""}${seconds}s`;
}

/** In capitals, with the prefix. */
export function canonicalCapability(name: string): string {
    const upper = name.toUpperCase();
    return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
}

/** As @pulumi/docker prints billionths of a processor: mostly without zeros at the end. */
export function canonicalCpus(text: string): string {
    const digits = Number(text).toFixed(9);
    return digits.split("0").length - 1 === 9 ? Number(text).toFixed(1) : digits.replace(/0+$/, "");
}

/** An image's ID with some of its digits, which Docker completes. */
export function isShortImageId(image: string): boolean {
    return image.startsWith("sha256:") && !/^sha256:[0-9a-f]{64}$/.test(image);
}
