/** A backend's files in a directory. */
import { copyFile, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Bucket, unreachable } from "./bucket";

/** The CLI adds a file with this suffix to each file, with its content type and checksum. */
const attributes = ".attrs";

export class FileBucket implements Bucket {
    constructor(private readonly directory: string) {}

    async list(folder: string): Promise<readonly string[]> {
        return (await this.ifPresent(readdir(this.path(folder)))) ?? [];
    }

    read(file: string): Promise<Buffer | undefined> {
        return this.ifPresent(readFile(this.path(file)));
    }

    async remove(file: string): Promise<void> {
        for (const suffix of ["", attributes]) {
            await this.ifPresent(rm(this.path(file) + suffix, { force: true }));
        }
    }

    async removeIncompleteAttributes(file: string): Promise<void> {
        const path = this.path(file) + attributes;
        const content = await this.ifPresent(readFile(path, "utf8"));
        // The CLI needs none.
        if (content !== undefined && !isJson(content)) await rm(path, { force: true });
    }

    async copy(from: string, to: string): Promise<boolean> {
        const copied = async (suffix: string) => {
            await copyFile(this.path(from) + suffix, this.path(to) + suffix);
            return true;
        };
        // The attributes are optional, and of no use without the file.
        if (!(await this.ifPresent(copied("")))) return false;
        await this.ifPresent(copied(attributes));
        return true;
    }

    private path(file: string): string {
        return join(this.directory, file);
    }

    private async ifPresent<T>(answer: Promise<T>): Promise<T | undefined> {
        try {
            return await answer;
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
            const remedy = "make the directory readable and writable for this user";
            throw unreachable(`the state in ${this.directory} is not accessible`, error, remedy);
        }
    }
}

function isJson(text: string): boolean {
    try {
        JSON.parse(text);
        return true;
    } catch {
        return false;
    }
}
