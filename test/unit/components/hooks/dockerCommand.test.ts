/** Which Docker host the docker command connects to, and how. A fake `docker` records its arguments. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { NotReached, dockerCommand } from "../../../../provider/components/hooks/dockerCommand";
import { logOf } from "../../../../provider/components/hooks/containerLog";
import { dockerCalls, dockerDoes, fakeDocker, fakeDockerFile } from "../../support/fakeDocker";
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

const noted = (name: string) => readFileSync(fakeDockerFile(name), "utf8").trim();
const note = (text: string, name: string) => `echo "${text}" >${fakeDockerFile(name)}`;
const of = (args: docker.ProviderArgs) => new docker.Provider("far-away", args);

describe("the command uses the host", () => {
    const withHost = "--host tcp://192.0.2.1:2376 info";
    const configure = (values: Record<string, string>) => {
        pulumi.runtime.setAllConfig(values, []);
    };
    test.each<[string, string, () => docker.Provider | undefined]>([
        ["of a provider", withHost, () => of({ host: "tcp://192.0.2.1:2376" })],
        ["of a provider's context", "--context far info", () => of({ context: "far", host: "unix:///other" })],
        [
            "of the stack's configuration",
            withHost,
            () => {
                configure({ "docker:host": "tcp://192.0.2.1:2376" });
                return undefined;
            },
        ],
        [
            "of the context in DOCKER_CONTEXT, as the provider does",
            "--context far info",
            () => {
                process.env.DOCKER_CONTEXT = "far";
                return of({ host: "unix:///other" });
            },
        ],
        ["that is the provider's default", "info", () => undefined],
    ])("%s", async (_what, asked, dockerHost) => {
        dockerDoes("");
        await (
            await dockerCommand(dockerHost())
        )("info");
        expect(dockerCalls()).toEqual([asked]);
    });
});

describe("key material", () => {
    const files = 'cd "$DOCKER_CERT_PATH"';
    const material = { certMaterial: pulumi.secret("a certificate"), keyMaterial: pulumi.secret("a key") };

    test("of a provider is written to files that only the user can read, and removed after the command", async () => {
        dockerDoes(
            note("$(pwd) $DOCKER_TLS_VERIFY", "environment"),
            `${files} && stat -c '%a %n' . * >${fakeDockerFile("modes")} && cat * >${fakeDockerFile("contents")}`,
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

    test("without a CA, the server is not verified, as with the provider", async () => {
        dockerDoes(note("verify: $DOCKER_TLS_VERIFY", "environment"));
        await (
            await dockerCommand(of({ ...material, host: "tcp://192.0.2.1:2376" }))
        )("info");
        expect(dockerCalls()).toEqual(["--tls --host tcp://192.0.2.1:2376 info"]);
        expect(noted("environment")).toBe("verify:");
    });

    test("is also removed after a command that fails", async () => {
        dockerDoes(note("$DOCKER_CERT_PATH", "directory"), "exit 1");
        const run = await dockerCommand(of({ ...material, host: "tcp://192.0.2.1:2376" }));
        await expect(run("info")).rejects.toThrow("Command failed");
        expect(existsSync(dirname(noted("directory")))).toBe(true);
        expect(existsSync(noted("directory"))).toBe(false);
    });

    test("of the stack's configuration is written to files too; a path is passed unchanged", async () => {
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

test("options for ssh precede those of the docker command, unchanged", async () => {
    writeFileSync(fakeDockerFile("ssh"), `#!/bin/sh\nprintf '%s\\n' "$@" >${fakeDockerFile("options")}\n`, {
        mode: 0o755,
    });
    dockerDoes("ssh -- far.example docker system dial-stdio");
    const sshOpts = ["-i", "/home/it's me/key", "-o", "ProxyCommand=nc $HOME %h"];
    const run = await dockerCommand(of({ host: "ssh://far.example", sshOpts }));
    await run("info");
    expect(noted("options").split("\n")).toEqual([...sshOpts, "--", "far.example", "docker", "system", "dial-stdio"]);
});

describe("the command is not used", () => {
    const reached = () => dockerCommand(undefined);

    test("if it reaches another host than the provider", async () => {
        jest.spyOn(docker, "getNetwork").mockResolvedValue({ id: "another" } as docker.GetNetworkResult);
        dockerDoes("");
        await expect(reached()).rejects.toThrow(NotReached);
        expect(dockerCalls()).toEqual([]);
    });

    test("if the provider's arguments are unknown", async () => {
        jest.spyOn(docker, "getNetwork").mockResolvedValue({} as docker.GetNetworkResult);
        dockerDoes("");
        await expect(reached()).rejects.toThrow(NotReached);
    });

    test("if the provider does not reach its host", async () => {
        jest.spyOn(docker, "getNetwork").mockRejectedValue(new Error("Error pinging Docker server"));
        dockerDoes("");
        await expect(reached()).rejects.toThrow(NotReached);
    });
});

test("a query to a provider whose host does not respond times out", async () => {
    jest.spyOn(docker, "getLogs").mockReturnValue(new Promise(() => undefined));
    await expect(logOf("sessions-server-1", undefined, 0.01)).rejects.toThrow("no answer within 0.01 seconds");
});
