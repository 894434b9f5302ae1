/** The files of the backup container. */
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { defaultVolume, repositoriesOf } from "../../../../provider/model/backup/repositories";
import { backupFiles, backupMemoryMb, repositoryMounts } from "../../../../provider/model/render/backup";
import { present } from "../../../support/present";

const owner = "shop/prod/sessions";
const filesFor = (backup: object) => {
    const { spec, findings } = resolveArguments({ version: "8.6", backup });
    expect(findings).toEqual([]);
    return backupFiles(present(spec), owner, backup);
};

test("without arguments: one volume, without a password, every day", () => {
    expect(filesFor({})).toMatchSnapshot();
});

test("with all arguments", () => {
    const files = filesFor({
        repositories: [
            { volume: "local" },
            { path: "/srv/backups", keep: { daily: 7 } },
            { s3: "https://s3.example.com/bucket/prefix", appendOnly: true },
            {
                rest: "https://rest.example.com/",
                encryptionPassword: "another",
                credentials: { user: "u", password: "p" },
            },
        ],
        schedule: "*/20 3 * * *",
        keep: { monthly: 3, verified: 1 },
        encryptionPassword: "secret",
        credentials: {
            accessKeyId: "id",
            secretAccessKey: "key",
            sessionToken: "token",
            region: "eu",
            caCert: "-----BEGIN CERTIFICATE-----\n",
        },
        verifyEvery: "never",
        notify: { url: "https://hooks.example.com/secret" },
    });
    expect(files).toMatchSnapshot();
    expect(JSON.stringify(files)).not.toContain("hooks.example.com");
});

test("a secret is only in the files of the repositories that need it", () => {
    const files = filesFor({
        repositories: [{ volume: "local" }, { s3: "https://s3.example.com/bucket" }],
        encryptionPassword: "secret password",
        credentials: { accessKeyId: "id", secretAccessKey: "secret key" },
    });
    const holding = (secret: string) => Object.keys(files).filter((name) => files[name]?.includes(secret));
    expect(holding("secret password")).toEqual(["1.password", "2.password"]);
    expect(holding("secret key")).toEqual(["2.aws"]);
});

test("the default volume has a name that Docker accepts", () => {
    for (const name of ["shop/prod/sessions", "a b/dev/x.y_z", "_x/ä/db"]) {
        expect(defaultVolume(name)).toMatch(/^[a-zA-Z0-9][\w.-]*-backups$/);
    }
    expect(defaultVolume(owner)).toBe("shop-prod-sessions-backups");
});

test("repositories on the Docker host are mounted by their numbers", () => {
    const backup = present(
        resolveArguments({
            backup: {
                repositories: [{ s3: "https://s3.example.com/b" }, { volume: "v" }, { path: "/p" }],
                encryptionPassword: "secret",
            },
        }).spec?.backup,
    );
    expect(repositoryMounts(repositoriesOf(backup, owner))).toEqual([
        { volumeName: "v", containerPath: "/repositories/2" },
        { hostPath: "/p", containerPath: "/repositories/3" },
    ]);
});

test("the container's memory includes that of the data", () => {
    expect(backupMemoryMb({ memoryMb: 1024 })).toBe(1280);
});
