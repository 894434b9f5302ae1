/** Creates certificates with the openssl command, as a user's own CA would. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Pair {
    readonly certPem: string;
    readonly keyPem: string;
}

export interface CertificateOptions {
    readonly commonName: string;
    /** Subject alternative names, as OpenSSL writes them: `DNS:example.com`, `IP:::1`. */
    readonly san?: string;
    readonly ca?: boolean;
    readonly expired?: boolean;
    /** Expiry; default: 2100. */
    readonly ends?: Date;
    /** Start of the validity; default: 2020. */
    readonly starts?: Date;
    /** The CA that signs; without it, the certificate is self-signed. */
    readonly issuer?: Pair;
}

/** Fixed dates, so that snapshots can contain them. */
const valid = ["-startdate", "20200101000000Z", "-enddate", "21000101000000Z"];
const expired = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"];

function validityOf({ starts, ends }: CertificateOptions): string[] {
    const time = (date: Date) => `${date.toISOString().replace(/\D/g, "").slice(0, 14)}Z`;
    const [, from = "", , to = ""] = valid;
    return ["-startdate", starts ? time(starts) : from, "-enddate", ends ? time(ends) : to];
}

/** Runs openssl in a temporary directory, which `close` removes. */
export class OpenSsl {
    private readonly directory = mkdtempSync(join(tmpdir(), "redis-database-openssl-"));

    close(): void {
        rmSync(this.directory, { recursive: true });
    }

    /** A P-256 key, optionally encrypted with a passphrase. */
    key(passphrase?: string): string {
        const encrypted = passphrase === undefined ? [] : ["-aes256", "-pass", `pass:${passphrase}`];
        return this.run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", ...encrypted);
    }

    make(options: CertificateOptions): Pair {
        const keyPem = this.key();
        const key = this.file("key.pem", keyPem);
        const request = this.run("req", "-new", "-key", key, "-subj", `/CN=${options.commonName}`);
        const signer = options.issuer
            ? [
                  "-cert",
                  this.file("issuer.crt", options.issuer.certPem),
                  "-keyfile",
                  this.file("issuer.key", options.issuer.keyPem),
              ]
            : ["-selfsign", "-keyfile", key];
        const certPem = this.run(
            "ca",
            "-batch",
            "-notext",
            "-md",
            "sha256",
            "-policy",
            "any",
            "-config",
            this.configuration(),
            "-extensions",
            "extensions",
            "-extfile",
            this.extensions(options),
            "-in",
            this.file("request.pem", request),
            ...signer,
            ...(options.expired ? expired : validityOf(options)),
        );
        return { certPem, keyPem };
    }

    private configuration(): string {
        const database = this.file("index.txt", "");
        const serial = this.file("serial", randomBytes(8).toString("hex"));
        return this.file(
            "openssl.cnf",
            [
                "[ca]\ndefault_ca = this_directory",
                `[this_directory]\ndatabase = ${database}\nserial = ${serial}\nnew_certs_dir = ${this.directory}\nunique_subject = no`,
                "[any]\ncommonName = supplied",
            ].join("\n"),
        );
    }

    private extensions({ ca = false, san }: CertificateOptions): string {
        // Many self-made CAs omit key identifiers. Then only the signature distinguishes one CA from another.
        const lines = [
            "subjectKeyIdentifier = none",
            "authorityKeyIdentifier = none",
            `basicConstraints = critical,CA:${ca ? "TRUE" : "FALSE"}`,
            ...(san ? [`subjectAltName = ${san}`] : []),
        ];
        return this.file("extensions.cnf", ["[extensions]", ...lines].join("\n"));
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
