/** The client users, as lines of an ACL file. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { releaseNames, versions } from "../../../../provider/model/catalog/versions";
import { clientUsers, passwordConf, programUsers } from "../../../../provider/model/render/acl";
import { parseRedisConf } from "../../support/redisConfParser";

function sha256(text: string): string {
    return execFileSync("openssl", ["dgst", "-sha256", "-r"], { input: text, encoding: "utf8" }).slice(0, 64);
}

test("6.0 is told nothing about channels, which it would refuse", () => {
    const hash = sha256("hunter2");
    expect(clientUsers("6.0", "hunter2")).toBe(`user default on #${hash} ~* +@all\nuser app on #${hash} ~* +@all\n`);
});

test.each(releaseNames.filter((release) => versions[release].channelPermissions))(
    "%s: both users have all channels as well",
    (version) => {
        const hash = sha256("hunter2");
        expect(clientUsers(version, "hunter2")).toBe(
            `user default on #${hash} ~* &* +@all\nuser app on #${hash} ~* &* +@all\n`,
        );
    },
);

test("characters beyond ASCII are hashed as UTF-8, as clients send them", () => {
    expect(clientUsers("8.0", "pässwörd 🔑")).toContain(`#${sha256("pässwörd 🔑")} `);
});

test("two lines and no more, whatever the password", () => {
    fc.assert(
        fc.property(fc.string({ unit: "binary", minLength: 1 }), (password) => {
            expect(clientUsers("8.0", password)).toMatch(/^(user (default|app) on #[0-9a-f]{64} ~\* &\* \+@all\n){2}$/);
        }),
    );
});

test("the program's own users start without channels wherever these can be restricted, and keep the order of their rules", () => {
    const users = [{ name: "orders", rules: "+@all -@dangerous +info", password: "hunter2" }];
    const login = `user orders on #${sha256("hunter2")}`;
    expect(programUsers("6.0", users)).toBe(`${login} +@all -@dangerous +info\n`);
    for (const release of releaseNames.filter((each) => versions[each].channelPermissions)) {
        expect(programUsers(release, users)).toBe(`${login} resetchannels +@all -@dangerous +info\n`);
    }
});

test("before 6.0 there are no users, but one password in a line that Redis reads as it was meant", () => {
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
