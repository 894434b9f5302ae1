/** S3-compatible storage in a container, which other containers reach, with one empty bucket. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { present } from "../../support/present";
import type { OpenSsl, Pair } from "../../unit/support/openssl";
import { docker, uniqueName, until } from "./docker";
import { answers } from "./s3Server";

const port = 9000;
const bucket = "backups";

export class S3Container {
    readonly name = uniqueName("backups-s3");
    readonly credentials = {
        accessKeyId: "test",
        secretAccessKey: "secret-of-the-storage",
        region: "eu-central-1",
    };
    /** The URL of the bucket. */
    url = `http://${this.name}:${port}/${bucket}`;

    /** Starts a server that containers of the network reach by its name, over plaintext HTTP. */
    static onNetwork(network: string): S3Container {
        return new S3Container().run(network, []);
    }

    /** Starts a server that all containers reach by its address, over HTTPS, with a certificate of the CA. */
    static async overTls(openssl: OpenSsl, ca: Pair): Promise<S3Container> {
        const server = new S3Container().run("bridge", ["--cert", "/tls/cert.pem", "--key", "/tls/key.pem"]);
        const address = docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", server.name);
        const { certPem, keyPem } = openssl.make({ commonName: "storage", san: `IP:${address}`, issuer: ca });
        const directory = mkdtempSync(join(tmpdir(), "redis-database-s3-"));
        writeFileSync(join(directory, "key.pem"), keyPem);
        writeFileSync(join(directory, "cert.pem"), certPem);
        docker("cp", "-q", `${directory}/.`, `${server.name}:/tls`);
        rmSync(directory, { recursive: true });
        docker("exec", server.name, "touch", "/tls/complete");
        server.url = `https://${address}:${port}/${bucket}`;
        await until(() => answers(port, address));
        return server;
    }

    private run(network: string, tls: readonly string[]): this {
        const storage = ["--region", this.credentials.region, "--quiet", "posix", "--sidecar", "/metadata", "/objects"];
        const serve = ["exec /versitygw --port", `:${port}`, ...tls, ...storage].join(" ");
        // Its address, which the certificate contains, is known once the container runs.
        const complete = tls.length > 0 ? "until [ -e /tls/complete ]; do sleep 0.1; done" : "true";
        docker(
            ...["run", "-d", "--name", this.name, "--network", network],
            ...["-e", `ROOT_ACCESS_KEY=${this.credentials.accessKeyId}`],
            ...["-e", `ROOT_SECRET_KEY=${this.credentials.secretAccessKey}`],
            ...["-v", `${present(process.env.TEST_S3_SERVER)}:/versitygw:ro`, "redis:8.6", "sh", "-c"],
            `mkdir -p /objects/${bucket} /metadata /tls; ${complete}; ${serve}`,
        );
        return this;
    }

    remove(): void {
        spawnSync("docker", ["rm", "-f", "-v", this.name]);
    }
}
