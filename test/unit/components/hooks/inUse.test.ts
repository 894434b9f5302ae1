/** Which containers use a location for data. A fake `docker` lists the containers of each test. */
import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { checkUse } from "../../../../provider/components/hooks/inUse";
import { present } from "../../../support/present";
import { fakeDockerFile, dockerDoes, fakeDocker } from "../../support/fakeDocker";
import { startStack } from "../../support/mockedStack";
import { ownerOn, textsIn } from "../../support/owner";

const logged = jest.spyOn(pulumi.log, "error").mockResolvedValue();
fakeDocker();

afterAll(() => {
    jest.restoreAllMocks();
});

const mountpoint = "/var/lib/docker/volumes/redis-data/_data";
interface Container {
    readonly image?: string;
    readonly path?: string;
    readonly args?: readonly string[];
    readonly mount: Readonly<Record<string, unknown>>;
}
const ofVolume = { Type: "volume", Name: "redis-data", Source: mountpoint, Destination: "/data", RW: true };

/**
 * `owner` is the content of a container's owner file, and `own` are the database's own containers. With `vanished`, a
 * container is removed during the query.
 */
function dockerHas(
    containers: readonly Container[],
    { owner = "", own = "", vanished = false, broken = false } = {},
): void {
    const lines = containers.map(
        ({ image = "redis:7", path = "docker-entrypoint.sh", args = ["redis-server"], mount }, id) =>
            JSON.stringify({ id: `id${id}`, name: `/compose-${id}`, image, path, args, mounts: [mount] }),
    );
    writeFileSync(fakeDockerFile("lines"), lines.map((line) => `${line}\n`).join(""));
    dockerDoes(
        broken ? "exit 1" : "",
        'case "$*" in',
        `"ps --all --quiet --filter volume=settings-1") echo '${own}' | grep . || true ;;`,
        `"ps --quiet --no-trunc") seq ${containers.length} ;;`,
        `"volume inspect --format {{.Mountpoint}} redis-data") echo ${mountpoint} ;;`,
        `inspect*) cat ${fakeDockerFile("lines")}; ${vanished ? "exit 1" : ":"} ;;`,
        owner === "" ? "exec*) exit 1 ;;" : `exec*) echo 'abc aof ${owner}' ;;`,
        "*) exit 1 ;;",
        "esac",
    );
}

/** Why the agent of `sessions` is not created; empty if it is. */
async function refusal(location: object = { volumeName: "redis-data" }): Promise<string> {
    const mount = pulumi.Output.isInstance(location) ? location : { containerPath: "/data", ...location };
    const volumes = [mount, { containerPath: "/settings", volumeName: "settings-1" }];
    const args = {
        urn: "urn",
        id: "",
        name: "sessions-agent",
        type: "docker:index/container:Container",
        newInputs: { volumes },
    };
    try {
        await present(checkUse(ownerOn())[0]).callback(args);
        return "";
    } catch {
        return textsIn(logged).join("\n");
    } finally {
        logged.mockClear();
    }
}

beforeEach(async () => {
    await startStack();
});

test("the container is named, with what to do", async () => {
    dockerHas([{ mount: ofVolume }], { vanished: true });
    expect(await refusal()).toBe(
        [
            'RedisDatabase "sessions": 1 problem in its arguments; nothing was touched.',
            '  data.volume: is "redis-data", which the running container "compose-0" (redis:7) uses',
            "    → stop that container and keep it from starting again, or give another location [redis-database/data-in-use]",
        ].join("\n"),
    );
});

const bind = (Source: string, RW = true) => ({ Type: "bind", Source, Destination: "/data", RW });
const start = ["sh", "/settings/current/start.sh", "0123"];

test.each<[string, Container, { location?: object; owner?: string; own?: string }, boolean]>([
    ["the volume's mount point", { mount: bind(mountpoint) }, {}, true],
    ["a directory in the volume", { mount: bind(`${mountpoint}/appendonlydir`) }, {}, true],
    ["a parent directory, mounted by Redis", { mount: bind("/var/lib/docker/volumes") }, {}, true],
    [
        "a parent directory, mounted by another program",
        { image: "backup", args: [], mount: bind("/var/lib/docker") },
        {},
        false,
    ],
    [
        "a parent directory, mounted by a server in a custom image",
        { image: "base", path: "valkey-server", args: [], mount: bind("/var") },
        {},
        true,
    ],
    ["a read-only mount", { mount: { ...ofVolume, RW: false } }, {}, false],
    [
        "another volume",
        { mount: { ...ofVolume, Name: "other", Source: mountpoint.replace("redis-data", "other") } },
        {},
        false,
    ],
    ["the same directory", { mount: bind("/srv/redis") }, { location: { hostPath: "/srv//redis/" } }, true],
    ["a directory with a longer name", { mount: bind("/srv/redis2") }, { location: { hostPath: "/srv/redis" } }, false],
    ["a volume, given by its mount point", { mount: ofVolume }, { location: { hostPath: mountpoint } }, true],
    ["a location that the database already uses", { mount: ofVolume }, { own: "5e" }, false],
    ["an agent, which writes only to its own data", { args: ["/agent.sh", "run"], mount: ofVolume }, {}, false],
    [
        "another database's server, with an owner file",
        { args: start, mount: ofVolume },
        { owner: "project/stack/users" },
        false,
    ],
    [
        "a server of the same database name, in another state",
        { args: start, mount: ofVolume },
        { owner: "project/stack/sessions" },
        true,
    ],
    ["a database's server without an owner file", { args: start, mount: ofVolume }, {}, true],
])("%s", async (_what, container, { location, ...docker }, refused) => {
    dockerHas([container], docker);
    expect((await refusal(location)) !== "").toBe(refused);
});

test("a secret location is found, but not shown", async () => {
    dockerHas([{ mount: ofVolume }]);
    const found = await refusal(pulumi.secret({ containerPath: "/data", volumeName: "redis-data" }));
    expect(found).toContain("data.volume: is not usable (its value is not shown)");
    expect(found).not.toContain("redis-data ");
});

test("the check passes if Docker does not respond", async () => {
    dockerHas([], { broken: true });
    expect(await refusal()).toBe("");
});

test("the check passes if no container is running", async () => {
    dockerHas([]);
    expect(await refusal()).toBe("");
});
