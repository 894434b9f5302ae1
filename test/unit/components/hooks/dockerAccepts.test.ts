/** What is tried before a server's containers are replaced. A fake `docker` answers as each test defines. */
import { writeFileSync } from "node:fs";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { previewRefusals, refusalsOfReplaced, whenAccepted } from "../../../../provider/components/hooks/dockerAccepts";
import { Specification } from "../../../../provider/components/server/specification";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { formatFinding } from "../../../../provider/model/findings";
import { present } from "../../../support/present";
import { dockerCalls, fakeDockerFile, dockerDoes, fakeDocker } from "../../support/fakeDocker";
import { startStack, valueOf } from "../../support/mockedStack";
import { ownerOn, textsIn } from "../../support/owner";

const logged = {
    info: jest.spyOn(pulumi.log, "info").mockResolvedValue(),
    warn: jest.spyOn(pulumi.log, "warn").mockResolvedValue(),
    error: jest.spyOn(pulumi.log, "error").mockResolvedValue(),
};
fakeDocker();

const volumes = [{ containerPath: "/settings", volumeName: "settings-1" }];
const args = {
    image: "redis:8.0",
    user: "999:999",
    readOnly: true,
    tmpfs: { "/tmp": "size=1m" },
    logDriver: "json-file",
    logOpts: { "max-size": "10m" },
    ports: [
        { internal: 6379, external: 24000, ip: "127.0.0.1" },
        { internal: 6380, external: 24001, ip: "127.0.0.1" },
    ],
    networksAdvanced: [{ name: "backend", aliases: ["sessions"] }],
    volumes,
};
const own = { name: "sessions-server-1", command: "sh start.sh old", ports: "127.0.0.1:24000-24001->6379-6380/tcp" };

/** The containers on the Docker host, and Docker's answers to commands that start with these words. */
function dockerHas(
    containers: readonly {
        name: string;
        command?: string;
        ports?: string;
        volume?: string;
        state?: string;
        image?: string;
    }[],
    answers: Readonly<Record<string, string>> = {},
): void {
    const lines = containers.map(
        ({ name, command = "", ports = "", volume = "settings-1", state = "running", image = "redis:8.0" }) =>
            JSON.stringify([name, image, state, command, ports, "backend", volume]),
    );
    writeFileSync(fakeDockerFile("ps"), lines.map((line) => `${line}\n`).join(""));
    const cases = Object.entries(answers).map(([start, answer]) => `"${start}"*) ${answer} ;;`);
    // The first matching case applies.
    dockerDoes('case "$*" in', ...cases, `ps*) cat ${fakeDockerFile("ps")} ;;`, "esac");
}
const refuses = (reason: string) => `echo "Error response from daemon: ${reason}" >&2; exit 1`;

const asked = (start: string) =>
    dockerCalls()
        .filter((line) => line.startsWith(start))
        .map((line) => line.replace(/-trial-[0-9a-f]{8}/g, "-trial"));

/** What Docker refuses before the agent starts. */
async function refusal(changed: object = {}, { fingerprint = "new", kind = "server" } = {}): Promise<string> {
    const container = {
        name: `sessions-${kind}`,
        args: { ...args, ...changed },
        ...(kind === "server" && { fingerprint }),
    };
    return (await refusalsOfReplaced("sessions", ownerOn(), [container])).map(formatFinding).join("\n");
}

/** Why the preview fails; undefined if it succeeds. */
async function previewed(newInputs: object = args, name = "sessions-server"): Promise<string | undefined> {
    await startStack({ preview: true });
    const type = "docker:index/container:Container";
    const urn = `urn:pulumi:stack::project::redis-database:index:RedisDatabase$${type}::${name}`;
    const { callback } = present(previewRefusals(ownerOn())[0]);
    try {
        await callback({ urn, id: "", name, type, newInputs });
        return undefined;
    } catch {
        return textsIn(logged.error).join("\n");
    }
}

beforeEach(async () => {
    await startStack();
});

afterEach(() => {
    jest.clearAllMocks();
});

afterAll(() => {
    jest.restoreAllMocks();
});

describe("before the agent is replaced", () => {
    test("tries a container like the server's, without the ports that the server already publishes, and removes it", async () => {
        dockerHas([own]);
        expect(await refusal({ ports: [...args.ports, { internal: 7000, external: 24002, ip: "::1" }] })).toBe("");
        const flags = [
            "create --rm --pull never --label redis-database.trial --name sessions-server-trial --memory 64m --user 999:999 --read-only",
            "--tmpfs /tmp:size=1m --log-driver json-file --log-opt max-size=10m --publish [::1]:24002:7000",
            "redis:8.0 sh -c redis-server --version && redis-cli --version",
        ];
        expect(asked("create")).toEqual([flags.join(" ")]);
        // Those of killed updates. Other trials may be running.
        expect(asked("container prune")).toEqual([
            "container prune --force --filter label=redis-database.trial --filter until=10m",
        ]);
        // Not under the server's alias, to which clients connect.
        expect(asked("network connect")).toEqual([
            "network connect --alias sessions-server-trial backend sessions-server-trial",
        ]);
        expect(asked("start")).toEqual(["start --attach sessions-server-trial"]);
        expect(asked("rm")).toEqual(["rm --force --volumes sessions-server-trial"]);
    });

    test.each([
        ["is running", "running"],
        ["was stopped", "exited"],
    ])("tries nothing if the same server %s", async (_what, state) => {
        dockerHas([{ ...own, command: "sh start.sh new", state }]);
        expect(await refusal()).toBe("");
        expect(asked("")).toEqual([expect.stringMatching(/^ps /)]);
    });

    test("tries a container again that Docker has created but not started", async () => {
        dockerHas([{ ...own, command: "sh start.sh new", state: "created", ports: "" }]);
        expect(await refusal()).toBe("");
        expect(asked("start")).toHaveLength(1);
    });

    test("tries HAProxy if its image, ports or networks change, by printing its version", async () => {
        const haproxy = { name: "sessions-terminator-1", image: "haproxy:2.6", ports: "127.0.0.1:24001->6380/tcp" };
        const changed = { image: "haproxy:2.6", ports: args.ports.slice(1), entrypoints: ["haproxy"] };
        dockerHas([haproxy]);
        expect(await refusal(changed, { kind: "terminator" })).toBe("");
        expect(asked("create")).toEqual([]);
        expect(await refusal({ ...changed, image: "haproxy:3.0" }, { kind: "terminator" })).toBe("");
        expect(asked("create")).toEqual([
            expect.stringMatching(/ --entrypoint sh haproxy:3\.0 -c haproxy -v$/) as string,
        ]);
    });

    test("finds everything that Docker refuses, including errors that appear only after the first cause is removed", async () => {
        const other = { name: "cache", ports: "127.0.0.1:24000->6379/tcp", volume: "cache" };
        const start = `case "$(tail -n 3 ${fakeDockerFile("asked")})" in *24000*) ${refuses("Bind for 127.0.0.1:24000 failed: port is already allocated")} ;; esac`;
        dockerHas([other, { name: "sessions-agent-1" }], {
            "network connect": refuses("network backend not found"),
            "start": start,
        });
        expect(await refusal()).toBe(
            [
                'network: is "backend", which the Docker host does not have',
                "    → create the network first (`docker network create`), or correct its name [redis-database/network-not-there]",
                'ports.plaintext: 24000 is taken on 127.0.0.1 by the container "cache"',
                "    → free the port, or set a different one in ports [redis-database/port-taken]",
            ].join("\n"),
        );
        expect(asked("rm")).toHaveLength(3);
    });

    test("pulls a missing image first, and refuses one that cannot be pulled", async () => {
        dockerHas([own], { "image inspect": "exit 1" });
        expect(await refusal()).toBe("");
        expect(asked("pull")).toEqual(["pull --quiet redis:8.0"]);
        expect(textsIn(logged.info)).toEqual([
            "sessions-server: pulling the image redis:8.0 before anything is changed.",
        ]);
        dockerHas([own], { "image inspect": "exit 1", "pull": refuses("manifest unknown") });
        expect(await refusal()).toContain(
            'image: is "redis:8.0", which is not on the Docker host and cannot be pulled: manifest unknown',
        );
    });

    test("refuses an image in which Redis does not run, with the program's error", async () => {
        dockerHas([own], { start: "echo 'sh: redis-server: not found' >&2; exit 127" });
        expect(await refusal()).toContain(
            'image: is "redis:8.0", in which Redis does not run: sh: redis-server: not found',
        );
    });

    test.each([
        ["is missing", { ps: "exit 1" }],
        ["reaches another host", { "volume inspect": "exit 1" }],
        ["loses its connection", { create: "echo 'Cannot connect to the Docker daemon' >&2; exit 1" }],
    ])("does not fail if `docker` %s", async (_what, answers) => {
        dockerHas([], answers);
        expect(await refusal()).toBe("");
        expect(asked("start")).toEqual([]);
    });
});

describe("in a preview", () => {
    test.each([
        ["of another database", "settings-2", ["sessions"], 1],
        ["of the same database, which is replaced", "settings-1", ["sessions"], 0],
        ["with another name", "settings-2", ["cache"], 0],
        ["without aliases", "settings-2", null, 0],
    ])("warns of an ambiguous name for a container %s on the network", async (_what, volume, aliases, warnings) => {
        dockerHas([{ name: "other-server-1", volume }], {
            inspect: `echo '${JSON.stringify(["/other-server-1", aliases])}'`,
        });
        expect(await previewed()).toBeUndefined();
        expect(textsIn(logged.warn)).toEqual(
            Array(warnings).fill(
                'sessions-server: the container "other-server-1" is also called "sessions" on the network "backend" and receives ' +
                    "some of the connections to that name. Use the output networkName, or rename the database.",
            ),
        );
    });

    test("fails if Docker refuses a new container", async () => {
        dockerHas([], { start: refuses("listen tcp4 127.0.0.1:24000: bind: cannot assign requested address") });
        expect(await previewed()).toBe(
            [
                'RedisDatabase "sessions": 1 problem in its arguments; nothing was touched.',
                "  bindAddress: is 127.0.0.1, which the Docker host does not have",
                "    → use an address of the Docker host (`ip address` lists them there) [redis-database/address-not-there]",
            ].join("\n"),
        );
        expect(logged.info).not.toHaveBeenCalled();
    });

    test("warns of a missing network, which the update may create", async () => {
        dockerHas([], { "network connect": refuses("network backend not found") });
        expect(await previewed()).toBeUndefined();
        expect(textsIn(logged.warn)).toEqual([
            '"sessions": unless the network exists by then, the update will fail with:\n' +
                '  network: is "backend", which the Docker host does not have\n' +
                "    → create the network first (`docker network create`), or correct its name [redis-database/network-not-there]",
        ]);
    });

    test("pulls no image", async () => {
        dockerHas([], { "image inspect": "exit 1" });
        expect(await previewed()).toBeUndefined();
        expect(asked("pull")).toEqual([]);
        expect(textsIn(logged.info)).toEqual([
            "sessions-server: the image redis:8.0 is not on the Docker host; the update pulls it first.",
        ]);
    });

    test("does not try unknown arguments", async () => {
        dockerHas([]);
        const unknown = { __pulumiUnknown: true };
        const ports = [{ internal: 6379, external: unknown, ip: "127.0.0.1" }];
        expect(
            await previewed({ ...args, ports, volumes: unknown, networksAdvanced: [{ name: unknown }] }),
        ).toBeUndefined();
        expect(asked("create").join()).not.toContain("--publish");
    });

    test("logs once that nothing was checked if the docker command does not reach the host", async () => {
        dockerHas([], { ps: "exit 1" });
        expect(await previewed()).toBeUndefined();
        expect(await previewed(args, "sessions-terminator")).toBeUndefined();
        expect(textsIn(logged.info)).toEqual([
            '"sessions": the docker command does not reach its Docker host, so the preview did not check whether Docker accepts its image, network, address and ports.',
        ]);
    });

    test("does not try the agent, which has nothing that Docker could refuse", async () => {
        dockerHas([]);
        expect(await previewed(args, "sessions-agent")).toBeUndefined();
        expect(logged.info).not.toHaveBeenCalled();
    });

    test("does nothing in an update, which tries before the agent starts", async () => {
        dockerHas([], { start: refuses("no") });
        const [hook] = previewRefusals(ownerOn());
        expect(hook).toMatchObject({ opts: { onDryRun: true } });
        await present(hook).callback({ urn: "", id: "", name: "sessions-server", type: "", newInputs: args });
    });

    test("tries nothing before the agent, which a preview does not replace", async () => {
        await startStack({ preview: true });
        const spec = new Specification(pulumi.output(present(resolveArguments({}).spec)));
        const server = { plan: { name: "sessions" }, spec, owner: ownerOn() };
        const container = { name: "sessions-server", args: args as docker.ContainerArgs };
        dockerHas([], { ps: "exit 1" });
        expect(await valueOf(whenAccepted(server, [container]))).toBeUndefined();
    });
});
