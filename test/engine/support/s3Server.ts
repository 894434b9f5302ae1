/** An S3 server with one bucket, whose objects are the files of a directory. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { present } from "../../support/present";
import { until } from "./docker";
import { takePairs } from "./ports";

const bucket = "states";
const region = "eu-central-1";
const credentials = { access: "test", secret: "a-secret-of-the-tests" };

export class S3Server {
    private constructor(
        private readonly directory: string,
        private readonly server: ChildProcess,
        private readonly port: number,
    ) {}

    static async start(): Promise<S3Server> {
        const directory = mkdtempSync(join(tmpdir(), "redis-database-s3-"));
        mkdirSync(join(directory, "objects", bucket), { recursive: true });
        mkdirSync(join(directory, "metadata"));
        const port = 2 * present(takePairs(1)[0]);
        const options = ["--port", `127.0.0.1:${port}`, "--region", region, "--quiet"];
        // Not every file system supports the extended attributes that would hold the metadata.
        const storage = ["posix", "--sidecar", join(directory, "metadata"), join(directory, "objects")];
        const server = spawn(present(process.env.TEST_S3_SERVER), [...options, ...storage], {
            env: { ...process.env, ROOT_ACCESS_KEY: credentials.access, ROOT_SECRET_KEY: credentials.secret },
            stdio: "ignore",
        });
        await until(() => {
            if (server.exitCode !== null) throw new Error(`the S3 server exited with ${server.exitCode}`);
            return answers(port);
        });
        return new S3Server(directory, server, port);
    }

    /** The backend URL of a folder in the bucket. */
    url(folder: string): string {
        const endpoint = `endpoint=127.0.0.1:${this.port}&disableSSL=true&s3ForcePathStyle=true&region=${region}`;
        // Without checksums, the CLI sends an invalid one over plaintext HTTP, which this server rejects.
        return `s3://${bucket}/${folder}?${endpoint}&request_checksum_calculation=when_supported`;
    }

    /** What the CLI and the platform read. */
    readonly env = { AWS_ACCESS_KEY_ID: credentials.access, AWS_SECRET_ACCESS_KEY: credentials.secret };

    async put(object: string, content: string): Promise<void> {
        const client = new S3Client({
            endpoint: `http://127.0.0.1:${this.port}`,
            region,
            forcePathStyle: true,
            credentials: { accessKeyId: credentials.access, secretAccessKey: credentials.secret },
        });
        const length = Buffer.byteLength(content);
        const request = { Bucket: bucket, Key: object, Body: content, ContentLength: length };
        await client.send(new PutObjectCommand(request));
        client.destroy();
    }

    /** The objects of a folder, by their paths in it. */
    objects(folder: string): string[] {
        const path = join(this.directory, "objects", bucket, folder);
        const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
        return files.map(({ parentPath, name }) => relative(path, join(parentPath, name))).sort();
    }

    stop(): void {
        this.server.kill();
        rmSync(this.directory, { recursive: true });
    }
}

/** Whether a server accepts connections. */
export function answers(port: number, host = "127.0.0.1"): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect(port, host, () => {
            socket.destroy();
            resolve(true);
        }).on("error", () => {
            resolve(false);
        });
    });
}
