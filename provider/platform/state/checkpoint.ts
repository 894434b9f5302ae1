/** Reads Pulumi's checkpoints: what a stack has deployed, without decrypting its secrets. */

/** How Pulumi marks a secret value. */
const [secretMark, secretValue] = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"] as const;

/** How a stack's secrets are encrypted. The Pulumi service, which has its own encryption, needs no settings. */
export interface SecretsState {
    /** With a passphrase. */
    readonly salt?: string;
    /** With a key service. */
    readonly url?: string;
    readonly encryptedKey?: string;
}

/** A resource in a checkpoint. */
export interface StoredResource {
    readonly urn: string;
    readonly type: string;
    readonly parent?: string;
    /** The URN and the ID of its provider. */
    readonly provider?: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
}

/** The state of one stack. */
export interface Checkpoint {
    readonly resources: readonly StoredResource[];
    readonly secrets?: SecretsState;
    /** Resources whose operations were interrupted. */
    readonly pending: readonly StoredResource[];
    /** Those of them that were being created. Only a refresh removes them from the state. */
    readonly creating: readonly StoredResource[];
    /** When it was written, in ISO 8601. */
    readonly written?: string;
    /** Whether it could not be read. */
    readonly damaged: boolean;
}

interface Deployment {
    readonly manifest?: { readonly time?: string };
    readonly resources?: readonly StoredResource[];
    readonly pending_operations?: readonly { readonly resource: StoredResource; readonly type: string }[];
    readonly secrets_providers?: {
        readonly state?: { readonly salt?: string; readonly url?: string; readonly encryptedkey?: string };
    };
}

/** A file of a self-managed backend has a checkpoint; `pulumi stack export` prints only its deployment. */
interface Stored {
    readonly checkpoint?: { readonly latest?: Deployment | null };
    readonly deployment?: Deployment;
}

/** Never fails: one damaged state must not hide all other databases. */
export function parseCheckpoint(content: Buffer): Checkpoint {
    try {
        return checkpointIn(JSON.parse(content.length > 0 ? withoutCiphertexts(content) : "{}") as Stored);
    } catch {
        return { resources: [], pending: [], creating: [], damaged: true };
    }
}

/** An empty file, which a crash of the CLI can leave behind, has no resources. The next operation repairs it. */
function checkpointIn({ checkpoint, deployment }: Stored): Checkpoint {
    const latest = checkpoint?.latest ?? deployment;
    const operations = latest?.pending_operations ?? [];
    const { salt, url, encryptedkey: encryptedKey } = latest?.secrets_providers?.state ?? {};
    return {
        resources: latest?.resources ?? [],
        pending: operations.map(({ resource }) => resource),
        creating: operations.filter(({ type }) => type === "creating").map(({ resource }) => resource),
        damaged: false,
        ...((salt ?? encryptedKey) && { secrets: { salt, url, encryptedKey } }),
        ...(latest?.manifest?.time && { written: latest.manifest.time }),
    };
}

/** How the value of a secret begins. The rest is Base64, so it ends at the next quote. */
const ciphertext = '"ciphertext":"v1:';

/**
 * Leaves out the values of secrets, which nothing here decrypts. They are four fifths of a checkpoint. Without them, it is
 * decoded and parsed three times as fast.
 */
function withoutCiphertexts(content: Buffer): string {
    let text = "";
    let begin = 0;
    for (;;) {
        const found = content.indexOf(ciphertext, begin);
        if (found === -1) return text + content.toString("utf8", begin);
        const value = found + ciphertext.length;
        text += content.toString("utf8", begin, value);
        begin = content.indexOf('"', value);
    }
}

export function nameOf(urn: string): string {
    return urn.split("::").at(-1) ?? urn;
}

/** A value with the secrets that `pulumi stack export --show-secrets` prints. Encrypted ones are missing. */
export function revealed(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(revealed);
    if (typeof value !== "object" || value === null) return value;
    if (isSecret(value)) {
        const { plaintext } = value as { readonly plaintext?: string };
        return plaintext === undefined ? undefined : revealed(JSON.parse(plaintext));
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revealed(each)]));
}

export function isSecret(value: unknown): boolean {
    return (
        typeof value === "object" && value !== null && (value as Record<string, unknown>)[secretMark] === secretValue
    );
}
