/** The containers of backups, as a program registers them. */
import { filesOf } from "../../../../provider/model/render/bundle";
import { present } from "../../../support/present";
import { type Deployment, deploy } from "../../support/mockedStack";

const webhook = "https://hooks.example.com/webhook-secret";
let deployment: Deployment;
const inputsOf = (name: string) => deployment.find(`sessions-${name}`).inputs;

interface Upload {
    readonly file: string;
    readonly content: string;
    readonly permissions: string;
}

/** Uploads with secrets are secret as a whole. */
const uploadsOf = (name: string) => {
    const { uploads = [] } = inputsOf(name) as { uploads?: readonly Upload[] | { readonly secret: readonly Upload[] } };
    return "secret" in uploads ? uploads.secret : uploads;
};
const desired = (name: string) => filesOf(present(uploadsOf(name).find(({ file }) => file === "/desired")).content);

beforeAll(async () => {
    deployment = await deploy({
        memoryMb: 128,
        backup: {
            repositories: [{ volume: "local" }, { path: "/srv/backups" }, { s3: "https://s3.example.com/bucket" }],
            encryptionPassword: "password-secret",
            credentials: { accessKeyId: "id", secretAccessKey: "key-secret" },
            notify: { url: webhook },
        },
    });
});

test.each(["backup", "notifier", "restic"])("%s is hardened like the other containers", (name) => {
    expect(inputsOf(name)).toMatchObject({
        capabilities: { drops: ["ALL"], ...(name === "backup" && { adds: ["CAP_DAC_OVERRIDE"] }) },
        securityOpts: ["no-new-privileges:true"],
        logDriver: "json-file",
        user: "0:0",
    });
    const { memory, memorySwap } = inputsOf(name);
    expect(memorySwap).toBe(memory);
});

test("restic is copied without network, and the container may end", () => {
    expect(inputsOf("restic")).toMatchObject({
        image: "restic/restic:0.19.1",
        networkMode: "none",
        readOnly: true,
        restart: "no",
        mustRun: false,
        attach: true,
    });
});

test("the backup container has the server's image, and mounts what it needs", () => {
    expect(inputsOf("backup")).toMatchObject({ image: "redis:8.6", memory: 128 + 256, command: ["serve"] });
    expect(inputsOf("backup").volumes).toEqual([
        expect.objectContaining({ containerPath: "/settings", readOnly: true }),
        expect.objectContaining({ containerPath: "/backup" }),
        { volumeName: "local", containerPath: "/repositories/1" },
        { hostPath: "/srv/backups", containerPath: "/repositories/2" },
    ]);
    expect(inputsOf("notifier").volumes).toEqual([
        expect.objectContaining({ containerPath: "/backup", readOnly: true }),
    ]);
});

test("secrets are only in uploaded files that root can read", () => {
    for (const name of ["backup", "notifier", "restic", "server", "agent"]) {
        const { uploads: _uploads, ...others } = inputsOf(name);
        expect(JSON.stringify(others)).not.toContain("-secret");
        for (const { permissions } of uploadsOf(name)) expect(permissions).toBe("0600");
    }
    const files = desired("backup");
    expect(files["1.password"]).toBe("password-secret");
    expect(JSON.stringify(files)).not.toContain("webhook-secret");
    expect(desired("notifier").url).toBe(webhook);
});
