/** The lines of the ACL file, and the password file before 6.0. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { releaseNames, versions } from "../../../../provider/model/catalog/versions";
import { clientUsers, passwordConf, programUsers } from "../../../../provider/model/render/acl";
import { parseRedisConf } from "../../support/redisConfParser";

function sha256(text: string): string {
    return execFileSync("openssl", ["dgst", "-sha256", "-r"], { input: text, encoding: "utf8" }).slice(0, 64);
}

test("6.0: both users have no channel rules, which 6.0 would reject", () => {
    const hash = sha256("hunter2");
    expect(clientUsers("6.0", "hunter2")).toBe(`user default on #${hash} ~* +@all\nuser app on #${hash} ~* +@all\n`);
});

test.each(releaseNames.filter((release) => versions[release].channelPermissions))(
    "%s: both users can also use all channels",
    (version) => {
        const hash = sha256("hunter2");
        expect(clientUsers(version, "hunter2")).toBe(
            `user default on #${hash} ~* &* +@all\nuser app on #${hash} ~* &* +@all\n`,
        );
    },
);

test("non-ASCII passwords are hashed as UTF-8, as clients send them", () => {
    expect(clientUsers("8.0", "pässwörd 🔑")).toContain(`#${sha256("pässwörd 🔑")} `);
});

test("exactly two lines for any password", () => {
    fc.assert(
        fc.property(fc.string({ unit: "binary", minLength: 1 }), (password) => {
            expect(clientUsers("8.0", password)).toMatch(/^(user (default|app) on #[0-9a-f]{64} ~\* &\* \+@all\n){2}$/);
        }),
    );
});

test("users of the program start without channels if the version can restrict them, and keep the order of their rules", () => {
    const users = [{ name: "orders", rules: "+@all -@dangerous +info", password: "hunter2" }];
    const login = `user orders on #${sha256("hunter2")}`;
    expect(programUsers("6.0", users)).toBe(`${login} +@all -@dangerous +info\n`);
    for (const release of releaseNames.filter((each) => versions[each].channelPermissions)) {
        expect(programUsers(release, users)).toBe(`${login} resetchannels +@all -@dangerous +info\n`);
    }
});

test("before 6.0 there are no users, and Redis reads the single password correctly", () => {
    expect(releaseNames.filter((release) => clientUsers(release, "hunter2") === "")).toEqual(
        releaseNames.filter((release) => !versions[release].acl),
    );
    expect(passwordConf("hunter2")).toBe("requirepass hunter2\n");
    fc.assert(
        fc.property(fc.string({ unit: "binary", minLength: 1 }), (password) => {
            fc.pre(!/\p{Surrogate}/u.test(password));
            expect(parseRedisConf(passwordConf(password))).toEqual([["requirepass", password]]);
        }),
        { numRuns: 500 },
    );
});
