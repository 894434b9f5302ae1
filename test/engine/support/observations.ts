/** What the matrix of versions really saw, kept in a file from which its table is made: docs/versions.md. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TlsProtocol } from "../../../provider/model/catalog/tlsProtocols";
import type { Flavor, Release } from "../../../provider/model/catalog/versions";

const file = join(__dirname, "../../../.local/engine/observed.json");

/** What was there after a server came back: a key that was in a dump, and one that was written after it. */
export interface Kept {
    readonly dumped: boolean;
    readonly written: boolean;
}

/** Of one version in one flavor. What is missing was not seen. */
export interface Observed {
    /** The clients that had an answer. */
    plaintext?: string[];
    tls?: string[];
    /** What openssl could speak, as a database is by default, and with all of `tls.protocols` asked for. */
    protocols?: TlsProtocol[];
    protocolsOptIn?: TlsProtocol[];
    /** Of SSLv2, SSLv3 and plaintext on the TLS port, those that were refused both ways. */
    refused?: string[];
    kill?: Kept;
    restart?: Kept;
    /** Whether clients noticed another certificate. */
    certificate?: { readonly unnoticed: boolean };
    rotation?: { readonly unnoticed: boolean; readonly oldPasswordOpens: boolean };
}

export interface Observations {
    day?: string;
    /** The point release of each server. */
    servers: Partial<Record<Release, string>>;
    /** Those who looked: clients and openssl, as they call themselves. */
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

/** Forgets what an earlier run saw. */
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
