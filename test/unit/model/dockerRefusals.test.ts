/** The findings for Docker's error messages. */
import {
    type ContainerRequest,
    collide,
    findRefused,
    findUnjoinable,
    findUnpulled,
    findUnusable,
    listedPorts,
    mayBeCreatedByUpdate,
} from "../../../provider/model/dockerRefusals";

const plaintext = { internal: 6379, external: 24000, ip: "127.0.0.1" };
const tls = { internal: 6380, external: 24001, ip: "127.0.0.1" };
const asked: ContainerRequest = {
    kind: "server",
    image: "redis:8.0",
    networks: [{ name: "backend", named: true }],
    ports: [plaintext, tls],
    holderOf: () => undefined,
};
const of = (ip: string): ContainerRequest => ({ ...asked, ports: [{ ...plaintext, ip }] });

test.each<[string, ContainerRequest, string, number | undefined]>([
    [
        "driver failed: Bind for 127.0.0.1:24001 failed: port is already allocated",
        asked,
        "ports.tls: 24001 is taken on 127.0.0.1",
        1,
    ],
    [
        "Error starting userland proxy: listen tcp4 127.0.0.1:24000: bind: address already in use",
        asked,
        "ports.plaintext: 24000 is taken on 127.0.0.1",
        1,
    ],
    [
        "Error starting userland proxy: listen tcp6 [::1]:24000: bind: address already in use",
        of("::1"),
        "ports.plaintext: 24000 is taken on ::1",
        0,
    ],
    [
        "failed to bind host port for 127.0.0.1:24000:172.18.0.2:6379/tcp: address already in use",
        asked,
        "ports.plaintext: 24000 is taken on 127.0.0.1",
        1,
    ],
    [
        "Error starting userland proxy: listen tcp4 192.0.2.9:24000: bind: cannot assign requested address",
        of("192.0.2.9"),
        "bindAddress: is 192.0.2.9, which the Docker host does not have",
        0,
    ],
    [
        "listen tcp6 [2001:db8::9]:24000: bind: cannot assign requested address",
        of("2001:db8::9"),
        "bindAddress: is 2001:db8::9, which the Docker host does not have",
        0,
    ],
    [
        "failed to bind host port 192.0.2.9:24000/tcp: cannot assign requested address",
        of("192.0.2.9"),
        "bindAddress: is 192.0.2.9, which the Docker host does not have",
        0,
    ],
    ["network backend not found", asked, 'network: is "backend", which the Docker host does not have', 2],
    [
        'unable to start container process: exec: "sh": executable file not found in $PATH: unknown',
        asked,
        'image: is "redis:8.0", in which Redis does not run: unable to start container process: exec: "sh": executable file not found in $PATH: unknown',
        undefined,
    ],
    [
        "unable to find user nosuch: no matching entries in passwd file",
        asked,
        "server: cannot run, because Docker refuses the container: unable to find user nosuch: no matching entries in passwd file",
        undefined,
    ],
    // If the message names something that was not requested, the request cannot get smaller and must not be repeated.
    ["network other not found", asked, 'network: is "other", which the Docker host does not have', undefined],
    [
        "listen tcp4 192.0.2.9:24000: bind: cannot assign requested address",
        asked,
        "bindAddress: is 192.0.2.9, which the Docker host does not have",
        undefined,
    ],
])("%s", (message, container, expected, portsLeft) => {
    const { found, remaining } = findRefused(message, container);
    expect(`${found.path}: ${found.problem}`).toBe(expected);
    expect(remaining?.ports.length).toBe(portsLeft);
});

test("names the container that publishes the port", () => {
    const message = "Bind for 127.0.0.1:24000 failed: port is already allocated";
    expect(findRefused(message, { ...asked, holderOf: () => "cache" }).found.problem).toBe(
        '24000 is taken on 127.0.0.1 by the container "cache"',
    );
});

test("a port added by `transform` has its path", () => {
    const other = { internal: 7000, external: 24002, ip: "127.0.0.1" };
    const message = "Bind for 127.0.0.1:24002 failed: port is already allocated";
    expect(findRefused(message, { ...asked, kind: "terminator", ports: [other] }).found.path).toBe(
        "transform.terminator.ports",
    );
});

test("only a missing network may be created by the update", () => {
    const missing = findUnjoinable("network backend not found", "backend", asked);
    const refused = findUnjoinable("container cannot be connected to host network", "host", asked);
    expect([missing, refused].map(({ found }) => mayBeCreatedByUpdate(found))).toEqual([true, false]);
    expect(missing.remaining).toMatchObject({ networks: [], ports: asked.ports });
    expect(refused.found.problem).toContain('is "host", which the container cannot join: ');
});

test("the finding about an image has the path of the argument", () => {
    expect(findUnpulled("no such host", asked).path).toBe("image");
    expect(findUnusable("sh: haproxy: not found", { ...asked, kind: "terminator" }).path).toBe(
        "transform.terminator.image",
    );
});

test("parses the ports of `docker ps`, including ranges", () => {
    expect(
        listedPorts("127.0.0.1:24000-24001->6379-6380/tcp, 6379/tcp, [::1]:7000->7000/tcp, 0.0.0.0:53->53/udp"),
    ).toEqual([plaintext, tls, { internal: 7000, external: 7000, ip: "::1" }]);
    // Docker 20.10 does not use brackets.
    expect(listedPorts(":::24000->6379/tcp")).toEqual([{ ...plaintext, ip: "::" }]);
    expect(listedPorts("")).toEqual([]);
});

test("ports collide on the same address, and if one address includes all others", () => {
    expect(collide(plaintext, { ...tls, external: 24000 })).toBe(true);
    expect(collide(plaintext, tls)).toBe(false);
    expect(collide(plaintext, { ...plaintext, ip: "192.0.2.1" })).toBe(false);
    expect(collide(plaintext, { ...plaintext, ip: "0.0.0.0" })).toBe(true);
});
