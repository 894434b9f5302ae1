/** The findings about repositories that cannot be used. */
import { findingsAbout } from "../../../../provider/model/backup/unusable";
import { bundle, filesOf } from "../../../../provider/model/render/bundle";

const files = {
    "repositories":
        "1\tvolume\t/repositories/1\tno\t30\t12\t6\t3\tshop-prod-db-backups\n2\ts3\ts3:https://s3/b\tno\t30\t12\t6\t3\thttps://s3/b\n",
    "2.password": "long password\n",
    "2.aws": "[default]\naws_access_key_id = AKIA1234\naws_secret_access_key = the secret key\n",
};

test("a bundle has the files that it was made of", () => {
    const all = { ...files, empty: "", lines: "a 2\n\nb" };
    expect(filesOf(bundle(all))).toEqual(
        Object.fromEntries(Object.entries(all).map(([name, text]) => [name, text.replace(/\n$/, "")])),
    );
});

test("nothing is found in an empty output", () => {
    expect(findingsAbout("", files, "shop/prod/db")).toEqual([]);
    expect(findingsAbout("\nsomething else\n", files, "shop/prod/db")).toEqual([]);
});

test("a finding names the argument, the repository and the reason, without secrets", () => {
    const output = [
        "1\trepository-not-writable\trepository 1 (shop-prod-db-backups): it is not writable",
        "2\trepository-credentials-refused\trepository 2 (https://s3/b): refused: AKIA1234 the secret key",
        "2\trepository-password-wrong\trepository 2 (https://s3/b): long password is wrong",
    ].join("\n");
    expect(findingsAbout(output, files, "shop/prod/db")).toMatchObject([
        {
            code: "redis-database/repository-not-writable",
            path: "backup",
            problem: 'cannot use the repository "shop-prod-db-backups": it is not writable',
        },
        {
            code: "redis-database/repository-credentials-refused",
            path: "backup.credentials",
            problem: 'does not work for the repository "https://s3/b": refused: (secret) (secret)',
        },
        { path: "backup.encryptionPassword", problem: expect.stringContaining("(secret) is wrong") as string },
    ]);
});
