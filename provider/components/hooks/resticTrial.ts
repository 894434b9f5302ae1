/** What the trial containers of backups and restores share. They read repositories, and hold secrets on standard input. */
import type { Run } from "./dockerCommand";
import { trialLabel } from "./trialContainer";

/** Flags of `docker run`, without the mounts and the image. */
export function trialFlags(container: string): string[] {
    return [
        ...["--rm", "--interactive", "--pull", "never", "--label", trialLabel, "--name", container],
        ...["--memory", "256m", "--user", "0:0", "--security-opt", "no-new-privileges:true"],
        ...["--cap-drop", "ALL", "--cap-add", "DAC_OVERRIDE"],
    ];
}

/** The directory in Docker's error about a mount whose source does not exist. */
export function missingSource(error: unknown): string | undefined {
    const { stderr = "" } = error as { readonly stderr?: string };
    return /bind source path does not exist: ([^\n]*)/.exec(stderr)?.[1];
}

/** Whether the Docker host has an image or a volume. */
export function exists(run: Run, kind: "image" | "volume", name: string): Promise<boolean> {
    return run(kind, "inspect", name).then(
        () => true,
        () => false,
    );
}
