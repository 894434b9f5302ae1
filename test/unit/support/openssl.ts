/** Certificates as a person's own CA would issue them, made with the openssl command line. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Pair {
    readonly certPem: string;
    readonly keyPem: string;
}

export interface Wanted {
    readonly commonName: string;
    /** Subject alternative names, as OpenSSL writes them: `DNS:example.com`, `IP:::1`. */
    readonly san?: string;
    readonly ca?: boolean;
    readonly expired?: boolean;
    /** When it ends, if that is not in 2100. */
    readonly ends?: Date;
    /** When it starts, if that is not in 2020. */
    readonly starts?: Date;
    /** Who signs; the certificate signs itself if nobody does. */
    readonly issuer?: Pair;
}

/** Fixed dates, so that messages that name them can stand in snapshots. */
const valid = ["-startdate", "20200101000000Z", "-enddate", "21000101000000Z"];
const expired = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"];

function validityOf({ starts, ends }: Wanted): string[] {
    const time = (date: Date) => `${date.toISOString().replace(/\D/g, "").slice(0, 14)}Z`;
    const [, from = "", , to = ""] = valid;
    return ["-startdate", starts ? time(starts) : from, "-enddate", ends ? time(ends) : to];
}

/** An openssl with a directory of its own; `close` removes it. */
export class OpenSsl {
    private readonly directory = mkdtempSync(join(tmpdir(), "redis-database-openssl-"));

    close(): void {
        rmSync(this.directory, { recursive: true });
    }

    /** A P-256 key, or one that needs a passphrase. */
    key(passphrase?: string): string {
        const encrypted = passphrase === undefined ? [] : ["-aes256", "-pass", `pass:${passphrase}`];
        return this.run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", ...encrypted);
    }

    make(wanted: Wanted): Pair {
        const keyPem = this.key();
        const key = this.file("key.pem", keyPem);
        const request = this.run("req", "-new", "-key", key, "-subj", `/CN=${wanted.commonName}`);
        const signer = wanted.issuer
            ? [
                  "-cert",
                  this.file("issuer.crt", wanted.issuer.certPem),
                  "-keyfile",
                  this.file("issuer.key", wanted.issuer.keyPem),
              ]
            : ["-selfsign", "-keyfile", key];
        const certPem = this.run(
            ...["ca", "-batch", "-notext", "-md", "sha256", "-policy", "any"],
            ...["-config", this.configuration(), "-extensions", "wanted", "-extfile", this.extensions(wanted)],
            ...[
                "-in",
                this.file("request.pem", request),
                ...signer,
                ...(wanted.expired ? expired : validityOf(wanted)),
            ],
        );
        return { certPem, keyPem };
    }

    private configuration(): string {
        const database = this.file("index.txt", "");
        const serial = this.file("serial", randomBytes(8).toString("hex"));
        return this.file(
            "openssl.cnf",
            [
                "[ca]\ndefault_ca = here",
                `[here]\ndatabase = ${database}\nserial = ${serial}\nnew_certs_dir = ${this.directory}\nunique_subject = no`,
                "[any]\ncommonName = supplied",
            ].join("\n"),
        );
    }

    private extensions({ ca = false, san }: Wanted): string {
        // Without key identifiers, which many a home-made CA leaves out, only a signature tells one CA from another.
        const lines = [
            "subjectKeyIdentifier = none",
            "authorityKeyIdentifier = none",
            `basicConstraints = critical,CA:${ca ? "TRUE" : "FALSE"}`,
            ...(san ? [`subjectAltName = ${san}`] : []),
        ];
        return this.file("extensions.cnf", ["[wanted]", ...lines].join("\n"));
    }

    private file(name: string, text: string): string {
        const path = join(this.directory, name);
        writeFileSync(path, text);
        return path;
    }

    private run(...args: string[]): string {
        return execFileSync("openssl", args, { encoding: "utf8", stdio: "pipe" }).trim();
    }
}
