/** Which Docker host Docker's own command asks, and how, by a `docker` that notes what it is given. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { NotReached, dockerCommand } from "../../../../provider/components/hooks/dockerCommand";
import { logOf } from "../../../../provider/components/hooks/containerLog";
import { askedOfDocker, dockerDoes, fakeDocker, nextToDocker } from "../../support/fakeDocker";
import { startStack } from "../../support/mockedStack";

fakeDocker();

const environment = { ...process.env };

beforeEach(async () => {
    await startStack();
});

afterEach(() => {
    process.env = { ...environment };
    pulumi.runtime.setAllConfig({}, []);
    jest.restoreAllMocks();
});

const noted = (name: string) => readFileSync(nextToDocker(name), "utf8").trim();
const note = (text: string, name: string) => `echo "${text}" >${nextToDocker(name)}`;
const of = (args: docker.ProviderArgs) => new docker.Provider("far-away", args);

describe("the host is that", () => {
    const withHost = "--host tcp://192.0.2.1:2376 info";
    const configure = (values: Record<string, string>) => {
        pulumi.runtime.setAllConfig(values, []);
    };
    test.each<[string, string, () => docker.Provider | undefined]>([
        ["of a provider", withHost, () => of({ host: "tcp://192.0.2.1:2376" })],
        ["of a provider's context", "--context far info", () => of({ context: "far", host: "unix:///other" })],
        [
            "of the configuration",
            withHost,
            () => {
                configure({ "docker:host": "tcp://192.0.2.1:2376" });
                return undefined;
            },
        ],
        [
            "of the variable that has a context, as for the provider",
            "--context far info",
            () => {
                process.env.DOCKER_CONTEXT = "far";
                return of({ host: "unix:///other" });
            },
        ],
        ["which the provider takes without any", "info", () => undefined],
    ])("%s", async (_what, asked, dockerHost) => {
        dockerDoes("");
        await (
            await dockerCommand(dockerHost())
        )("info");
        expect(askedOfDocker()).toEqual([asked]);
    });
});

describe("key material", () => {
    const files = 'cd "$DOCKER_CERT_PATH"';
    const material = { certMaterial: pulumi.secret("a certificate"), keyMaterial: pulumi.secret("a key") };

    test("of a provider is in files that nobody else can read, and not for longer than the command runs", async () => {
        dockerDoes(
            note("$(pwd) $DOCKER_TLS_VERIFY", "environment"),
            `${files} && stat -c '%a %n' . * >${nextToDocker("modes")} && cat * >${nextToDocker("contents")}`,
            note("$DOCKER_CERT_PATH", "directory"),
        );
        await (
            await dockerCommand(of({ ...material, caMaterial: "a CA", host: "tcp://192.0.2.1:2376" }))
        )("info");
        expect(noted("modes").split("\n")).toEqual(["700 .", "600 ca.pem", "600 cert.pem", "600 key.pem"]);
        expect(noted("contents")).toBe("a CAa certificatea key");
        expect(noted("environment")).toMatch(/ 1$/);
        expect(existsSync(noted("directory"))).toBe(false);
    });

    test("without a CA verifies nothing, as the provider", async () => {
        dockerDoes(note("verify: $DOCKER_TLS_VERIFY", "environment"));
        await (
            await dockerCommand(of({ ...material, host: "tcp://192.0.2.1:2376" }))
        )("info");
        expect(askedOfDocker()).toEqual(["--tls --host tcp://192.0.2.1:2376 info"]);
        expect(noted("environment")).toBe("verify:");
    });

    test("is removed after a command that fails, too", async () => {
        dockerDoes(note("$DOCKER_CERT_PATH", "directory"), "exit 1");
        const run = await dockerCommand(of({ ...material, host: "tcp://192.0.2.1:2376" }));
        await expect(run("info")).rejects.toThrow("Command failed");
        expect(existsSync(dirname(noted("directory")))).toBe(true);
        expect(existsSync(noted("directory"))).toBe(false);
    });

    test("of the configuration, likewise; a path to files is given as it is", async () => {
        pulumi.runtime.setAllConfig({ "docker:certMaterial": "a certificate", "docker:keyMaterial": "a key" }, []);
        dockerDoes(`${files} && ${note("$(cat *)", "contents")}`);
        await (
            await dockerCommand(undefined)
        )("info");
        expect(noted("contents")).toBe("a certificatea key");
        dockerDoes(note("$DOCKER_CERT_PATH $DOCKER_TLS_VERIFY", "environment"));
        await (
            await dockerCommand(of({ certPath: "/etc/docker" }))
        )("info");
        expect(noted("environment")).toBe("/etc/docker 1");
    });
});

test("options for ssh come before those of Docker's command, each as it is", async () => {
    writeFileSync(nextToDocker("ssh"), `#!/bin/sh\nprintf '%s\\n' "$@" >${nextToDocker("options")}\n`, { mode: 0o755 });
    dockerDoes("ssh -- far.example docker system dial-stdio");
    const sshOpts = ["-i", "/home/it's me/key", "-o", "ProxyCommand=nc $HOME %h"];
    const run = await dockerCommand(of({ host: "ssh://far.example", sshOpts }));
    await run("info");
    expect(noted("options").split("\n")).toEqual([...sshOpts, "--", "far.example", "docker", "system", "dial-stdio"]);
});

describe("it is not used", () => {
    const reached = () => dockerCommand(undefined);

    test("where it asks another host than the provider", async () => {
        jest.spyOn(docker, "getNetwork").mockResolvedValue({ id: "another" } as docker.GetNetworkResult);
        dockerDoes("");
        await expect(reached()).rejects.toThrow(NotReached);
        expect(askedOfDocker()).toEqual([]);
    });

    test("where the provider is not known yet", async () => {
        jest.spyOn(docker, "getNetwork").mockResolvedValue({} as docker.GetNetworkResult);
        dockerDoes("");
        await expect(reached()).rejects.toThrow(NotReached);
    });

    test("where the provider does not reach it", async () => {
        jest.spyOn(docker, "getNetwork").mockRejectedValue(new Error("Error pinging Docker server"));
        dockerDoes("");
        await expect(reached()).rejects.toThrow(NotReached);
    });
});

test("nothing waits for a provider whose host does not answer", async () => {
    jest.spyOn(docker, "getLogs").mockReturnValue(new Promise(() => undefined));
    await expect(logOf("sessions-server-1", undefined, 0.01)).rejects.toThrow("no answer within 0.01 seconds");
});
