/** The results of the version matrix. The table in docs/versions.md is generated from their file. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TlsProtocol } from "../../../provider/model/catalog/tlsProtocols";
import type { Flavor, Release } from "../../../provider/model/catalog/versions";

const file = join(__dirname, "../../../.local/engine/observed.json");

/** Which keys a restarted server still has: one that was in a dump, and one that was written after it. */
export interface Kept {
    readonly dumped: boolean;
    readonly written: boolean;
}

/** Results for one version in one flavor. A missing field was not tested. */
export interface Observed {
    /** The clients that got an answer. */
    plaintext?: string[];
    tls?: string[];
    /** The protocols that openssl could speak: by default, and with all of `tls.protocols` enabled. */
    protocols?: TlsProtocol[];
    protocolsOptIn?: TlsProtocol[];
    /** Which of SSLv2, SSLv3 and plaintext the TLS port refused, in both configurations. */
    refused?: string[];
    kill?: Kept;
    restart?: Kept;
    /** Whether connected clients noticed nothing of a new certificate. */
    certificate?: { readonly unnoticed: boolean };
    rotation?: { readonly unnoticed: boolean; readonly oldPasswordOpens: boolean };
}

export interface Observations {
    day?: string;
    /** The point release of each server. */
    servers: Partial<Record<Release, string>>;
    /** The names and versions of the clients and of openssl. */
    observers: string[];
    rows: Partial<Record<Release, Partial<Record<Flavor, Observed>>>>;
}

function read(): Observations {
    return JSON.parse(readFileSync(file, "utf8")) as Observations;
}

function change(by: (observations: Observations) => void): void {
    const observations = read();
    by(observations);
    writeFileSync(file, `${JSON.stringify(observations, null, 4)}\n`);
}

/** Discards the results of an earlier run. */
export function beginObservations(): void {
    mkdirSync(dirname(file), { recursive: true });
    const empty: Observations = { day: new Date().toISOString().slice(0, 10), servers: {}, observers: [], rows: {} };
    writeFileSync(file, JSON.stringify(empty));
}

export function observe(release: Release, flavor: Flavor, facts: Observed): void {
    change(({ rows }) => {
        const row = (rows[release] ??= {});
        row[flavor] = { ...row[flavor], ...facts };
    });
}

export function observeServer(release: Release, server: string): void {
    change(({ servers }) => {
        servers[release] = server;
    });
}

export function observedBy(observers: readonly string[]): void {
    change((observations) => {
        observations.observers = [...new Set([...observations.observers, ...observers])].sort();
    });
}
