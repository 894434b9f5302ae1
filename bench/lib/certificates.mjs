/** Creates a CA and a certificate for localhost by hand, in a directory to mount at /tls. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.mjs";

export async function prepareCertificates(directory) {
    mkdirSync(directory);
    const openssl = (...args) => run("openssl", args, { cwd: directory });
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const caFiles = ["-keyout", "ca.key", "-out", "ca.crt"];
    await openssl("req", "-x509", ...newKey, ...caFiles, "-subj", "/CN=bench CA", "-days", "2");
    await openssl("req", ...newKey, "-keyout", "tls.key", "-out", "tls.csr", "-subj", "/CN=localhost");
    writeFileSync(join(directory, "san"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
    const issuer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"];
    await openssl("x509", "-req", "-in", "tls.csr", ...issuer, "-out", "tls.crt", "-days", "2", "-extfile", "san");
    // Every user in the container can read this key. It protects only test data.
    await run("chmod", ["a+r", "tls.key"], { cwd: directory });
    return { directory, caCertPem: readFileSync(join(directory, "ca.crt"), "utf8") };
}
