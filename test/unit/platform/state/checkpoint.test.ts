/** What is read from checkpoints. */
import { isSecret, nameOf, parseCheckpoint } from "../../../../provider/platform/state/checkpoint";
import { checkpointJson, complete, secret, urnOf } from "../support/checkpoints";

test("resources, the time, and resources whose operations were interrupted", () => {
    const operations = ["creating", "updating"].map((type) => ({
        resource: { urn: urnOf("docker:index/volume:Volume", type) },
        type,
    }));
    const checkpoint = parseCheckpoint(checkpointJson(complete, { pending_operations: operations }));
    expect(checkpoint.resources).toHaveLength(complete.length);
    expect(checkpoint.written).toBe("2026-11-26T22:00:00.5Z");
    expect(checkpoint.pending.map(({ urn }) => nameOf(urn))).toEqual(["creating", "updating"]);
    expect(checkpoint.creating.map(({ urn }) => nameOf(urn))).toEqual(["creating"]);
    expect(checkpoint.secrets).toBeUndefined();
});

test.each([
    ["a passphrase", { salt: "v1:salt" }, { salt: "v1:salt" }],
    ["a key service", { url: "awskms://key", encryptedkey: "abc" }, { url: "awskms://key", encryptedKey: "abc" }],
])("secrets that are encrypted with %s", (_kind, state, expected) => {
    const json = checkpointJson([], { secrets_providers: { type: "passphrase", state } });
    expect(parseCheckpoint(json).secrets).toEqual(expected);
});

test.each([
    ["of a new stack", '{"version":3,"checkpoint":{"stack":"organization/redis/sessions","latest":null}}'],
    ["without a deployment", '{"version":3,"checkpoint":{}}'],
    ["that an empty file stands for", "{}"],
])("a checkpoint %s has no resources", (_kind, json) => {
    expect(parseCheckpoint(json)).toEqual({ resources: [], pending: [], creating: [] });
});

test("a secret is recognized by its mark, not by its shape", () => {
    expect(isSecret(secret)).toBe(true);
    for (const value of [undefined, null, "text", 1, {}, { ciphertext: "v1:" }, [secret]])
        expect(isSecret(value)).toBe(false);
});
