/** Finding a database in the state of a Pulumi program. */
import { stackDatabase } from "../../../../provider/platform/index";

const marks = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const urn = (type: string, name: string) => `urn:pulumi:prod::shop::${type}::${name}`;
const provider = urn("pulumi:providers:docker", "far");

function exported(secret: object): string {
    const backup = {
        repositories: [{ s3: "https://s3.example.com/shop" }, { volume: "near", encryptionPassword: secret }],
        encryptionPassword: secret,
        credentials: { accessKeyId: "AKIA", secretAccessKey: secret },
    };
    const resources = [
        { urn: provider, type: "pulumi:providers:docker", id: "7", inputs: { host: "ssh://ops@far" } },
        {
            urn: urn("redis-database:index:RedisDatabase", "carts"),
            type: "redis-database:index:RedisDatabase",
            inputs: { backup, memoryMb: 256 },
        },
        {
            urn: urn("redis-database:index:RedisDatabase", "plain"),
            type: "redis-database:index:RedisDatabase",
            inputs: {},
        },
        {
            urn: urn("redis-database:index:RedisDatabase$docker:index/container:Container", "carts-backup"),
            type: "docker:index/container:Container",
            provider: `${provider}::7`,
            outputs: { name: "carts-backup-0a1b2c3" },
        },
    ];
    return JSON.stringify({ version: 3, deployment: { resources } });
}

const shown = { ...marks, plaintext: JSON.stringify("hunter22") };
const hidden = { ...marks, ciphertext: "v1:abc" };

test("its container, its Docker host, its owner and its repositories", () => {
    expect(stackDatabase(exported(shown), "carts")).toEqual({
        handle: "carts",
        owner: "shop/prod/carts",
        backupContainerName: "carts-backup-0a1b2c3",
        dockerHost: "ssh://ops@far",
        memoryMb: 256,
        repositories: [
            {
                repository: { s3: "https://s3.example.com/shop" },
                encryptionPassword: "hunter22",
                credentials: { accessKeyId: "AKIA", secretAccessKey: "hunter22" },
                docker: { host: "ssh://ops@far" },
            },
            {
                repository: { volume: "near" },
                encryptionPassword: "hunter22",
                credentials: { accessKeyId: "AKIA", secretAccessKey: "hunter22" },
                docker: { host: "ssh://ops@far" },
            },
        ],
    });
});

test("encrypted secrets are missing", () => {
    const { repositories } = stackDatabase(exported(hidden), "carts");
    expect(repositories[1]).toEqual({
        repository: { volume: "near" },
        credentials: { accessKeyId: "AKIA" },
        docker: { host: "ssh://ops@far" },
    });
});

test("a database without backups, and one that does not exist", () => {
    expect(stackDatabase(exported(shown), "plain")).toEqual({
        handle: "plain",
        owner: "shop/prod/plain",
        repositories: [],
    });
    expect(() => stackDatabase(exported(shown), "cart")).toThrow(
        expect.objectContaining({ code: "handle-unknown", remedy: 'did you mean "carts"?' }) as Error,
    );
});
