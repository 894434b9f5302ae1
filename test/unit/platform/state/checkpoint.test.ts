/** What is read from a checkpoint, and what is left out. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isSecret, nameOf, parseCheckpoint } from "../../../../provider/platform/state/checkpoint";
import { checkpointOf, complete, urnOf } from "../support/checkpoints";

const recorded = readFileSync(join(__dirname, "../../support/recordedCheckpoint.json"));
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:a:bc+/==" };

/** A checkpoint with one resource, as the CLI writes it and as it exports it. */
function written(outputs: object, spaces?: number): Buffer {
    const latest = { resources: [{ urn: "urn", type: "type", outputs }] };
    return Buffer.from(JSON.stringify({ version: 4, checkpoint: { latest } }, undefined, spaces));
}

test.each([undefined, 4])("leaves out nothing but the values of secrets", (spaces) => {
    const outputs = {
        before: "ä",
        secret,
        nested: { list: [secret, 1], ciphertext: "plain" },
        text: '"ciphertext":"v1:"',
    };
    const [resource] = parseCheckpoint(written(outputs, spaces)).resources;
    expect(resource?.outputs).toMatchObject({
        before: "ä",
        nested: { list: [{}, 1], ciphertext: "plain" },
        text: '"ciphertext":"v1:"',
    });
    expect(isSecret(resource?.outputs?.secret)).toBe(true);
    expect(isSecret(resource?.outputs?.nested)).toBe(false);
});

test("does not even decode the values of secrets, which are most of a checkpoint", () => {
    const large = { ...secret, ciphertext: `v1:${"a".repeat(100_000)}` };
    const [resource] = parseCheckpoint(written({ large })).resources;
    expect(JSON.stringify(resource).length).toBeLessThan(1000);
});

test("reads a recorded checkpoint", () => {
    const { resources, ...rest } = parseCheckpoint(recorded);
    expect(resources).toHaveLength(7);
    expect(rest).toEqual({
        pending: [],
        creating: [],
        damaged: false,
        secrets: { salt: expect.stringMatching(/^v1:/) as string },
        written: "2026-11-26T22:59:26.907279699Z",
    });
});

test.each([
    ["a passphrase", { salt: "v1:salt" }, { salt: "v1:salt" }],
    ["a key service", { url: "awskms://key", encryptedkey: "key" }, { url: "awskms://key", encryptedKey: "key" }],
    ["the Pulumi service", { url: "https://api.pulumi.com", owner: "ops", project: "redis", stack: "a" }, undefined],
])("reads how %s encrypts the secrets", (_provider, state, secrets) => {
    const deployment = { secrets_providers: { type: "any", state } };
    expect(parseCheckpoint(Buffer.from(JSON.stringify({ deployment }))).secrets).toEqual(secrets);
});

test.each(["", '{"version":4,"checkpoint":{"latest":null}}'])("a checkpoint %j has no resources", (content) => {
    expect(parseCheckpoint(Buffer.from(content))).toEqual({ resources: [], pending: [], creating: [], damaged: false });
});

test.each(["{", "null", "\u001f\u008b"])("a checkpoint %j is damaged", (content) => {
    expect(parseCheckpoint(Buffer.from(content))).toEqual({ resources: [], pending: [], creating: [], damaged: true });
});

test("resources whose operations were interrupted", () => {
    const operations = ["creating", "updating"].map((type) => ({
        resource: { urn: urnOf("docker:index/volume:Volume", type) },
        type,
    }));
    const checkpoint = parseCheckpoint(checkpointOf(complete, { pending_operations: operations }));
    expect(checkpoint.pending.map(({ urn }) => nameOf(urn))).toEqual(["creating", "updating"]);
    expect(checkpoint.creating.map(({ urn }) => nameOf(urn))).toEqual(["creating"]);
});
