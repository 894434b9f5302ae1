/** What stays the same when a database is renamed: `sessions` was created with the name in `madeAs`. */
import type { RedisDatabaseArgs } from "../../../provider";
import { passwordKeepers } from "../../../provider/model/passwordRotation";
import { present } from "../../support/present";
import { deploy } from "../support/mockedStack";

/** Sets the label that the settings volume has in the state. */
const madeAs = (value: string): RedisDatabaseArgs["transform"] => ({
    settingsVolume: (args) => {
        args.labels = [{ label: "redis-database.made-as", value }];
    },
});

test("containers on its network reach it by its original name, which is in the certificate", async () => {
    const stack = await deploy({ network: "backend", transform: madeAs("old") });
    const names = ["old", "old-0a1b2c3"];
    expect(stack.find("sessions-server").inputs.networksAdvanced).toEqual([{ name: "backend", aliases: names }]);
    expect(stack.find("sessions-request").inputs.dnsNames).toEqual(expect.arrayContaining(names));
    expect(stack.find("sessions-request").inputs.dnsNames).not.toContain("sessions");
});

test("the original name determines when passwords are rotated", async () => {
    const rotated = { passwordVersion: 1, rotatePasswordEvery: 3650 };
    const keepersOf = (name: string) => passwordKeepers(name, rotated, new Date());
    const names = Array.from({ length: 20 }, (_each, index) => `old-${index}`);
    const old = present(names.find((name) => keepersOf(name).period !== keepersOf("sessions").period));
    const stack = await deploy({ ...rotated, transform: madeAs(old) });
    expect(stack.find("sessions-password").inputs.keepers).toEqual(keepersOf(old));
});

test("the CA keeps its subject, unless a transform sets another one", async () => {
    const { options } = await deploy({ tls: { caVersions: [1, 2] } });
    for (const ca of ["sessions-ca", "sessions-ca-2"]) expect(options.get(ca)?.ignoreChanges).toEqual(["subject"]);
    const transform: RedisDatabaseArgs["transform"] = {
        ca: (args) => {
            args.subject = { commonName: "Redis" };
        },
    };
    expect((await deploy({ transform })).options.get("sessions-ca")?.ignoreChanges).toBeUndefined();
});
