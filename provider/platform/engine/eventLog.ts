/** Follows the file to which the CLI writes the engine's events, one JSON object per line. */
import { type FileHandle, open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import type { EngineEvent } from "@pulumi/pulumi/automation";

const pollMs = 100;

export class EventLog {
    private file: FileHandle | undefined;
    private readonly decoder = new StringDecoder();
    private incomplete = "";
    private readonly timer: NodeJS.Timeout;
    /** One read after the other. */
    private reading: Promise<void> = Promise.resolve();

    constructor(
        private readonly path: string,
        private readonly onEvent: (event: EngineEvent) => void,
    ) {
        this.timer = setInterval(() => {
            this.read();
        }, pollMs);
    }

    private read(): void {
        this.reading = this.reading.then(() => this.readRest());
        // `close` throws the error.
        this.reading.catch(() => undefined);
    }

    private async readRest(): Promise<void> {
        // The CLI creates the file with the first event.
        this.file ??= await open(this.path).catch(() => undefined);
        for (;;) {
            const { bytesRead = 0, buffer } = (await this.file?.read(Buffer.alloc(1 << 16))) ?? {};
            if (bytesRead === 0 || !buffer) return;
            const lines = (this.incomplete + this.decoder.write(buffer.subarray(0, bytesRead))).split("\n");
            this.incomplete = lines.pop() ?? "";
            for (const line of lines) if (line !== "") this.onEvent(JSON.parse(line) as EngineEvent);
        }
    }

    /** Reads what is left, after the CLI has ended. Throws the first error that `onEvent` has thrown. */
    async close(): Promise<void> {
        clearInterval(this.timer);
        this.read();
        try {
            await this.reading;
        } finally {
            await this.file?.close();
        }
    }
}
