/** A backend's files in S3, or in an object store that is compatible with it. */
import { createRequire } from "node:module";
import type { S3Client } from "@aws-sdk/client-s3";
import { type Bucket, unreachable } from "./bucket";
import type { S3Location } from "./s3Location";

type Library = typeof import("@aws-sdk/client-s3");

/** Loads a module only when it is needed: this one takes half a second, which other backends need not wait for. */
const load = createRequire(__filename);

export class S3Bucket implements Bucket {
    private opened: { readonly library: Library; readonly client: S3Client } | undefined;

    constructor(private readonly location: S3Location) {}

    async list(folder: string): Promise<readonly string[]> {
        const { bucket: Bucket, prefix } = this.location;
        const Prefix = `${prefix}${folder}/`;
        const names = this.attempt(async (client, { paginateListObjectsV2 }) => {
            const found: string[] = [];
            for await (const { Contents = [] } of paginateListObjectsV2(
                { client },
                { Bucket, Prefix, Delimiter: "/" },
            )) {
                found.push(...Contents.map(({ Key = "" }) => Key.slice(Prefix.length)));
            }
            return found;
        });
        return (await names) ?? [];
    }

    read(file: string): Promise<Buffer | undefined> {
        return this.attempt(async (client, { GetObjectCommand }) => {
            const { Body } = await client.send(new GetObjectCommand(this.object(file)));
            return Body && Buffer.from(await Body.transformToByteArray());
        });
    }

    async remove(file: string): Promise<void> {
        await this.attempt((client, { DeleteObjectCommand }) =>
            client.send(new DeleteObjectCommand(this.object(file))),
        );
    }

    removeIncompleteAttributes(): Promise<void> {
        // An object and its attributes are written in one step.
        return Promise.resolve();
    }

    async copy(from: string, to: string): Promise<boolean> {
        const { Bucket, Key } = this.object(from);
        const source = `${Bucket}/${Key}`.split("/").map(encodeURIComponent).join("/");
        const copied = await this.attempt((client, { CopyObjectCommand }) =>
            client.send(new CopyObjectCommand({ ...this.object(to), CopySource: source })),
        );
        return copied !== undefined;
    }

    private object(file: string): { readonly Bucket: string; readonly Key: string } {
        const { bucket, prefix } = this.location;
        return { Bucket: bucket, Key: prefix + file };
    }

    /** Undefined if the object does not exist. */
    private async attempt<T>(request: (client: S3Client, library: Library) => Promise<T>): Promise<T | undefined> {
        try {
            this.opened ??= open(this.location);
            const { client, library } = this.opened;
            return await request(client, library);
        } catch (error) {
            if ((error as Error).name === "NoSuchKey") return undefined;
            throw unreachable(
                `the state in the bucket "${this.location.bucket}" is not accessible`,
                error,
                "correct the backend's URL or the AWS credentials, and check that the server answers",
            );
        }
    }
}

function open({ client }: S3Location) {
    const library = load("@aws-sdk/client-s3") as Library;
    return { library, client: new library.S3Client(client) };
}
