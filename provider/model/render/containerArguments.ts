/**
 * The arguments of a container after `transform`. Docker does not report all values as they were given. Pulumi then sees a
 * change in every update, or after every refresh, and replaces the container. Measured with Docker 20.10 and
 * @pulumi/docker 5.2. Arguments that are not listed here are reported as given, or not at all.
 */
import { isIP } from "node:net";
import { posix } from "node:path";
import { type Finding, finding, problem, show } from "../findings";
import { canonicalCapability, canonicalCpus, canonicalDuration, canonicalHost, isShortImageId } from "./canonical";

interface Port {
    readonly internal: number;
    readonly ip?: string;
    readonly protocol?: string;
}

type Healthcheck = Readonly<Partial<Record<"interval" | "timeout" | "startPeriod" | "startInterval", string>>>;

interface Capabilities {
    readonly adds?: readonly string[];
    readonly drops?: readonly string[];
}

/** Changes the values of existing members. Their order stays the same, because the server's fingerprint depends on it. */
function mapMembers<T extends object>(value: T, names: readonly (keyof T)[], change: (member: never) => unknown): T {
    const members = Object.entries(value).map(([name, member]: [string, unknown]) => [
        name,
        member !== undefined && names.includes(name as keyof T) ? change(member as never) : member,
    ]);
    return Object.fromEntries(members) as T;
}

/** Docker reports its default if the value is empty. */
const orDefault = <T>(value: T) => value || undefined;

/** The value that Docker reports, by the name of a container's argument. */
const spellings: Readonly<Record<string, (value: never) => unknown>> = {
    ports: (ports: readonly Port[]) =>
        ports
            .map((port) => mapMembers(port, ["ip"], (ip: string) => orDefault(canonicalHost(ip))))
            .map((port) => mapMembers(port, ["protocol"], (protocol: string) => protocol.toLowerCase())),
    healthcheck: (check: Healthcheck) =>
        mapMembers(check, ["interval", "timeout", "startPeriod", "startInterval"], canonicalDuration),
    capabilities: (capabilities: Capabilities) => {
        const spelled = mapMembers(capabilities, ["adds", "drops"], (names: readonly string[]) => [
            ...new Set(names.map(canonicalCapability)),
        ]);
        return Object.values(spelled).some((names: readonly string[] = []) => names.length > 0) ? spelled : undefined;
    },
    workingDir: (path: string) => (path.startsWith("/") ? posix.resolve(path) : path),
    cpus: (text: string) => (Number(text) > 0 ? canonicalCpus(text) : text),
    networkMode: orDefault,
    shmSize: orDefault,
};

/** Values that Docker never reports as given, and what to use instead. */
const unreported: Readonly<Record<string, (value: never) => readonly [text: string, remedy: string] | undefined>> = {
    ports: (ports: readonly Port[]) => {
        const keys = ports.map(({ internal, protocol = "tcp" }) => `${internal}/${protocol.toLowerCase()}`);
        const twice = keys.find((key, index) => keys.indexOf(key) !== index);
        return twice === undefined
            ? undefined
            : [
                  `publishes ${twice} twice`,
                  'publish each port of the container only once, on one address or on "0.0.0.0"',
              ];
    },
    image: (image: string) =>
        isShortImageId(image) ? [`is ${show(image)}`, "use the full ID with 64 digits"] : undefined,
    hosts: (hosts: readonly { readonly ip: string }[]) => {
        const address = hosts.find(({ ip }) => isIP(ip) === 6);
        return address && [`has the IPv6 address ${show(address.ip)}`, "use an IPv4 address"];
    },
    securityOpts: (options: readonly string[]) =>
        options.includes("systempaths=unconfined") ? ['has "systempaths=unconfined"', "leave it out"] : undefined,
    platform: (platform: string) =>
        platform.includes("/")
            ? [`is ${show(platform)}`, "leave it out, since the image determines the platform"]
            : undefined,
    cpus: (text: string) =>
        Number(text) > 0 && Number(canonicalCpus(text)) !== Number(text)
            ? [`is ${show(text)}`, "use tenths, or cpuPeriod and cpuQuota"]
            : undefined,
};

export const transformProblems = {
    reportedOtherwise: problem(
        "transform-reported-otherwise",
        "Docker does not report a value in `transform` as given, so every update would replace the container.",
        "use the value that the message suggests",
    ),
};

/** The finding about a value from `transform` that Docker never reports as given, if it is one. */
export function findUnreported(path: string, name: string, value: unknown): Finding | undefined {
    const [text, remedy] = unreported[name]?.(value as never) ?? [];
    if (text === undefined) return undefined;
    const reason = "which Docker does not report as given: every update would replace the container";
    return finding(transformProblems.reportedOtherwise, path, `${text}, ${reason}`, remedy);
}

/** The names of the arguments that `asReported` changes or `findUnreported` refuses. */
export const reportedOtherwise: ReadonlySet<string> = new Set([spellings, unreported].flatMap(Object.keys));

/** A container's argument as Docker reports it. */
export function asReported(name: string, value: unknown): unknown {
    return spellings[name] ? spellings[name](value as never) : value;
}

/** The swap limit that Docker reports: if none is set, Docker chooses twice the memory. */
export function reportedMemorySwap(memory: number | undefined, memorySwap: number | undefined): number | undefined {
    return memorySwap || (memory ? 2 * memory : undefined);
}
