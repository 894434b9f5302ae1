/** Who else runs on a place for data, by a `docker` that has what the tests say. */
import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { checkUse } from "../../../../provider/components/hooks/inUse";
import { present } from "../../../support/present";
import { nextToDocker, dockerDoes, fakeDocker } from "../../support/fakeDocker";
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

/** `owner` is what a container's owner file says, `own` the database's containers, `vanished` that one went away meanwhile. */
function dockerHas(
    containers: readonly Container[],
    { owner = "", own = "", vanished = false, broken = false } = {},
): void {
    const lines = containers.map(
        ({ image = "redis:7", path = "docker-entrypoint.sh", args = ["redis-server"], mount }, id) =>
            JSON.stringify({ id: `id${id}`, name: `/compose-${id}`, image, path, args, mounts: [mount] }),
    );
    writeFileSync(nextToDocker("lines"), lines.map((line) => `${line}\n`).join(""));
    dockerDoes(
        broken ? "exit 1" : "",
        'case "$*" in',
        `"ps --all --quiet --filter volume=settings-1") echo '${own}' | grep . || true ;;`,
        `"ps --quiet --no-trunc") seq ${containers.length} ;;`,
        `"volume inspect --format {{.Mountpoint}} redis-data") echo ${mountpoint} ;;`,
        `inspect*) cat ${nextToDocker("lines")}; ${vanished ? "exit 1" : ":"} ;;`,
        owner === "" ? "exec*) exit 1 ;;" : `exec*) echo 'abc aof ${owner}' ;;`,
        "*) exit 1 ;;",
        "esac",
    );
}

/** Why the agent of `sessions` is not made. */
async function refusal(place: object = { volumeName: "redis-data" }): Promise<string> {
    const mount = pulumi.Output.isInstance(place) ? place : { containerPath: "/data", ...place };
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

test("it is named, with what to do", async () => {
    dockerHas([{ mount: ofVolume }], { vanished: true });
    expect(await refusal()).toBe(
        [
            'RedisDatabase "sessions": 1 problem in its arguments; nothing was touched.',
            '  data.volume: is "redis-data", on which the container "compose-0" (redis:7) runs',
            "    → stop that container and keep it from starting again, or give another location [redis-database/data-in-use]",
        ].join("\n"),
    );
});

const bind = (Source: string, RW = true) => ({ Type: "bind", Source, Destination: "/data", RW });
const start = ["sh", "/settings/current/start.sh", "0123"];

test.each<[string, Container, { place?: object; owner?: string; own?: string }, boolean]>([
    ["its mountpoint", { mount: bind(mountpoint) }, {}, true],
    ["a directory in it", { mount: bind(`${mountpoint}/appendonlydir`) }, {}, true],
    ["all volumes, for Redis", { mount: bind("/var/lib/docker/volumes") }, {}, true],
    ["all volumes, for something else", { image: "backup", args: [], mount: bind("/var/lib/docker") }, {}, false],
    [
        "a server in an image of another name",
        { image: "base", path: "valkey-server", args: [], mount: bind("/var") },
        {},
        true,
    ],
    ["a place that it only reads", { mount: { ...ofVolume, RW: false } }, {}, false],
    [
        "another volume",
        { mount: { ...ofVolume, Name: "other", Source: mountpoint.replace("redis-data", "other") } },
        {},
        false,
    ],
    ["the same directory", { mount: bind("/srv/redis") }, { place: { hostPath: "/srv//redis/" } }, true],
    ["a directory with a longer name", { mount: bind("/srv/redis2") }, { place: { hostPath: "/srv/redis" } }, false],
    ["a volume, by its mountpoint", { mount: ofVolume }, { place: { hostPath: mountpoint } }, true],
    ["a place where the database has run", { mount: ofVolume }, { own: "5e" }, false],
    ["an agent, which writes only where it owns the data", { args: ["/agent.sh", "run"], mount: ofVolume }, {}, false],
    [
        "another database's server: its owner file",
        { args: start, mount: ofVolume },
        { owner: "project/stack/users" },
        false,
    ],
    [
        "one of the same name, in another state",
        { args: start, mount: ofVolume },
        { owner: "project/stack/sessions" },
        true,
    ],
    ["a database's server whose owner file is gone", { args: start, mount: ofVolume }, {}, true],
])("%s", async (_what, container, { place, ...docker }, refused) => {
    dockerHas([container], docker);
    expect((await refusal(place)) !== "").toBe(refused);
});

test("a place that is secret is found, and not named", async () => {
    dockerHas([{ mount: ofVolume }]);
    const found = await refusal(pulumi.secret({ containerPath: "/data", volumeName: "redis-data" }));
    expect(found).toContain("data.volume: is not usable (its value is not shown)");
    expect(found).not.toContain("redis-data ");
});

test("a Docker that does not answer is no reason to fail", async () => {
    dockerHas([], { broken: true });
    expect(await refusal()).toBe("");
});

test("nobody runs", async () => {
    dockerHas([]);
    expect(await refusal()).toBe("");
});
