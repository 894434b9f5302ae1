/**
 * Makes a recorded preview the same on every machine and in every recording: paths, times, identifiers, ports,
 * certificates. Also leaves out what Pulumi repeats and a review does not use; see `leftOut` and `ofUnchanged`.
 */
import { createHash } from "node:crypto";

export interface Recording {
    /** Paths of this machine, longest first, and what stands for them. */
    readonly paths: readonly (readonly [path: string, instead: string])[];
    /** The pairs of ports that were chosen at random, in a stable order: pair N is the ports 2N and 2N + 1. */
    readonly pairs: readonly number[];
    /** When the stack was created. */
    readonly start: Date;
}

type Value = unknown;

/** When every recorded stack was created. */
const epoch = Date.parse("2026-01-01T00:00:00Z");
const day = 86_400_000;

/** Internal notes of Pulumi and of its bridge for Terraform providers, and times. */
const leftOut = new Set([
    "__meta",
    "__pulumi_raw_state_delta",
    "additionalSecretOutputs",
    "created",
    "dependencies",
    "modified",
    "propertyDependencies",
    "resourceHooks",
    "timestamp",
]);

/** Sets of property names: why a resource is replaced, and which properties differ. */
const unordered = new Set(["replaceReasons", "diffReasons", "keys", "diffs"]);

/** Types whose outputs repeat the inputs, with many defaults or with random bytes. */
const repeated = new Set([
    "docker:index/container:Container",
    "random:index/randomId:RandomId",
    "tls:index/certRequest:CertRequest",
    "tls:index/privateKey:PrivateKey",
]);

/** A stream has the complete state of each resource that stays the same, in up to four places. */
const ofUnchanged = new Set(["inputs", "outputs", "stackTrace"]);

/** What stands for values that are not known yet: a text, a boolean, a number, a list, an asset, an archive, an object. */
const unknowns = new Set([
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** What differs in each recording: certificates, times, and identifiers of Pulumi and Docker. */
const patterns = {
    pem: /-----BEGIN (?<label>[A-Z ]+)-----[^]*?-----END \k<label>-----/,
    time: /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/,
    uuid: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/,
    mac: /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/,
    ip: /\b172\.\d+\.\d+\.(?!0\b|1\b)\d+\b/,
    serial: /\b\d{30,50}\b/,
    sha1: /\b[0-9a-f]{40}\b/,
    hash: /\b[0-9a-f]{64}\b/,
    digest: /\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{16}\b/,
    short: /\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{12}\b/,
    suffix: /(?<=-)[0-9a-f]{7}\b(?!-)/,
} as const;
const random = new RegExp(
    Object.entries(patterns)
        .map(([kind, { source }]) => `(?<${kind}>${source})`)
        .join("|"),
    "g",
);

/** The output of `pulumi preview --json`. */
export function normalisePreview(json: string, recording: Recording): string {
    const preview = JSON.parse(json) as { readonly steps?: readonly Value[] };
    const stable = new Stable(recording);
    stable.note([...(preview.steps ?? [])].sort(byUrn));
    return `${JSON.stringify(stable.apply({ ...preview, duration: 4_000_000_000 }), undefined, 1)}\n`;
}

/** The events of the engine, one per line. Debug messages, which are most of the stream, are left out. */
export function normaliseEvents(lines: string, recording: Recording): string {
    const events = lines
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, Value>)
        .filter(({ diagnosticEvent }) => (diagnosticEvent as { severity?: string } | undefined)?.severity !== "debug")
        .map((event, sequence) => ({ ...withoutRepetition(event), sequence }));
    const stable = new Stable(recording);
    stable.note([...events].sort(byUrn));
    return `${events.map((event) => JSON.stringify(stable.apply(event))).join("\n")}\n`;
}

const byUrn = (one: Value, other: Value) => (urnIn(one) < urnIn(other) ? -1 : 1);

const urnIn = (value: Value) => /"urn":"([^"]*)"/.exec(JSON.stringify(value))?.[1] ?? "";

/** Replaces each random value, wherever it occurs, by a value that depends only on the order in which they were noted. */
class Stable {
    private readonly names = new Map<string, string>();
    private readonly counts = new Map<string, number>();
    private readonly hashes: string[] = [];

    constructor(private readonly recording: Recording) {
        for (const [index, pair] of recording.pairs.entries()) {
            const stable = 6001 + index;
            for (const [found, instead] of [
                [pair, stable],
                [2 * pair, 2 * stable],
                [2 * pair + 1, 2 * stable + 1],
            ] as const)
                this.names.set(String(found), String(instead));
        }
    }

    note(value: Value): void {
        this.apply(value);
    }

    apply(value: Value): Value {
        if (typeof value === "string") return this.text(value);
        if (typeof value === "number") return Number(this.names.get(String(value)) ?? value);
        if (typeof value !== "object" || value === null) return value;
        if (Array.isArray(value)) return value.map((item) => this.apply(item));
        return Object.fromEntries(keptOf(value).map(([name, member]) => [name, this.apply(member)]));
    }

    private text(text: string): string {
        const relative = text.replace(/(\.\.\/){2,}/g, "../../");
        const local = this.recording.paths.reduce((each, [path, instead]) => each.replaceAll(path, instead), relative);
        const ported = local.replace(/\b\d{4,5}\b/g, (port) => this.names.get(port) ?? port);
        return ported.replace(random, (found, ...rest) => {
            const groups = rest.at(-1) as Partial<Record<string, string>>;
            const kind = Object.keys(patterns).find((each) => groups[each] !== undefined) ?? "";
            return kind === "time" ? this.time(found) : this.name(kind, found, groups.label ?? "");
        });
    }

    /** In whole days since the stack was created, since the seconds differ. */
    private time(time: string): string {
        const days = Math.round((Date.parse(time) - this.recording.start.getTime()) / day);
        return new Date(epoch + days * day).toISOString().replace(".000", "");
    }

    private name(kind: string, found: string, label: string): string {
        if (unknowns.has(found)) return found;
        const known = this.names.get(`${kind} ${found}`);
        if (known !== undefined) return known;
        const longer = kind === "short" ? this.hashes.find((hash) => hash.startsWith(found)) : undefined;
        if (longer !== undefined) return this.name("hash", longer, "").slice(0, 12);
        const count = (this.counts.get(kind) ?? 0) + 1;
        this.counts.set(kind, count);
        if (kind === "hash") this.hashes.push(found);
        const name = made(kind, count, label);
        this.names.set(`${kind} ${found}`, name);
        return name;
    }
}

function made(kind: string, count: number, label: string): string {
    const hex = createHash("sha256").update(`${kind} ${count}`).digest("hex");
    const made: Readonly<Record<string, string>> = {
        pem: `-----BEGIN ${label}-----\n${Buffer.from(hex, "hex").toString("base64")}\n-----END ${label}-----`,
        uuid: hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
        mac: `02:42:ac:11:00:${hex.slice(0, 2)}`,
        ip: `172.17.0.${count + 1}`,
        serial: BigInt(`0x${hex.slice(0, 32)}`)
            .toString()
            .padStart(39, "1"),
        sha1: hex.slice(0, 40),
        hash: hex,
        digest: hex.slice(0, 16),
        short: hex.slice(0, 12),
        suffix: hex.slice(0, 7),
    };
    return made[kind] ?? "";
}

/** The members of an event, a step or a state without what is left out. */
function keptOf(value: object): [name: string, member: Value][] {
    const type = "type" in value ? String(value.type) : "";
    const isUnchanged = "op" in value && value.op === "same";
    const isComponent = "custom" in value && value.custom === false;
    return (Object.entries(value) as [string, Value][])
        .filter(([name]) => !leftOut.has(name) && !(name === "outputs" && repeated.has(type)))
        .map(([name, member]) => {
            if (isUnchanged && (name === "old" || name === "new")) return [name, withoutState(member)];
            if (unordered.has(name) && Array.isArray(member)) return [name, [...(member as string[])].sort()];
            if (name === "stackTrace") return [name, ownFrames(member as Frame[], isComponent)];
            // One random byte, which no pattern recognizes.
            if (name === "id" && member && type.endsWith(":RandomId")) return [name, "AA"];
            return [name, member];
        });
}

function withoutState(state: Value): Value {
    if (typeof state !== "object" || state === null) return state;
    return Object.fromEntries(Object.entries(state).filter(([name]) => !ofUnchanged.has(name)));
}

/** A resource that stays the same has two events with the same contents. The second one keeps only what it is about. */
function withoutRepetition(event: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
    const { metadata } = (event.resOutputsEvent ?? {}) as { metadata?: Readonly<Record<string, Value>> };
    if (metadata?.op !== "same") return event;
    const { op, urn, type } = metadata;
    return { ...event, resOutputsEvent: { ...(event.resOutputsEvent as object), metadata: { op, urn, type } } };
}

interface Frame {
    readonly sourcePosition?: string;
}

/** Packages, language hosts and run times. */
const notProgram = /node_modules|site-packages|^project:\/\/\/\.\.\//;

/** The frames of the program, and for a component the first frame, which may be in a package. */
function ownFrames(frames: readonly Frame[], keepFirst: boolean): readonly Frame[] {
    const known = frames.filter(({ sourcePosition }) => sourcePosition !== undefined);
    return known.filter(
        ({ sourcePosition = "" }, index) => (keepFirst && index === 0) || !notProgram.test(sourcePosition),
    );
}
