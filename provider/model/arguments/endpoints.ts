/** Where clients reach the server: ports, addresses and networks of the Docker host. */
import { BlockList, isIP } from "node:net";
import { type PublishedPort, collide } from "../dockerRefusals";
import { type Finding, finding, problem } from "../findings";
import { canonicalHost } from "../render/canonical";
import { plaintextPort, tlsPort } from "../render/layout";
import { type Given, type PlainArguments, type Rule, argument } from "./definition";
import { boolean, host, object, port, text } from "./schemas";

const address = text(
    'give an IP address of the Docker host such as "127.0.0.1", or "0.0.0.0" for all',
    // A zone as in fe80::1%eth0 has no place in a URL or a certificate.
    (value) => isIP(value) !== 0 && !value.includes("%"),
).overwrite(canonicalHost);

/** Docker's own, in which it refuses to give the server a name: the old server is gone by then. */
const ownNetworks = ["bridge", "default", "host", "none"];

type Ports = { readonly plaintext?: number; readonly tls?: number };

export const endpointArguments = {
    ports: object(
        "give an object such as { plaintext: 6379, tls: 6380 }",
        {
            plaintext: argument(port, {
                doc: "Plaintext port.",
                example: 6379,
                defaultDoc: "chosen once at random",
                changes: [{ row: "container", unset: "random" }],
            }),
            tls: argument(port, {
                doc: "TLS port.",
                example: 6380,
                defaultDoc: "chosen once at random",
                changes: [
                    { row: "container", unset: "random", haproxyAlone: true },
                    { row: "terminator", unset: "random" },
                ],
            }),
        },
        {
            doc: "Ports on the Docker host. One that is taken fails the preview, or the update before anything is replaced.",
            default: {},
            defaultDoc: "a free pair from 12000 to 29999, chosen once and kept in the state",
            example: { plaintext: 6379, tls: 6380 },
            type: "PortsArgs",
            typeDoc: "Ports on the Docker host, 1 to 65535.",
        },
    ),
    bindAddress: argument(address, {
        doc: 'Address of the Docker host on which the ports are published; `"0.0.0.0"` for all, which needs `host`.',
        default: "127.0.0.1",
        example: "192.0.2.1",
        changes: [{ row: "container" }],
    }),
    host: argument(host, {
        doc: "Name or address by which clients reach the Docker host. Used in the URLs and the certificate.",
        default: "localhost",
        defaultDoc: '"localhost" if bound to 127.0.0.1, else `bindAddress`',
        example: "redis.example.com",
        changes: [{ row: "certificate" }],
    }),
    plaintext: argument(boolean, {
        doc: "Whether the plaintext port is open. `false` closes it; then clients can only use TLS, and `url` is undefined.",
        default: true,
        example: false,
        changes: [{ row: "container" }],
    }),
    network: argument(
        text(
            'give the name of a Docker network that you made, such as "backend"; in Docker\'s own networks containers have no names',
            (value) => /^[\w][\w.-]*$/.test(value) && !ownNetworks.includes(value),
        ),
        {
            doc:
                "Name of a Docker network that the server joins, under the database's own name, so that containers there " +
                "reach it at ports 6379 and 6380 of that name. Two databases of one name on it are confused with each other: " +
                "the output `networkName` is a name that only this one has.",
            defaultDoc: "Docker's default network",
            example: "backend",
            changes: [{ row: "container", haproxyAlone: true }, { row: "terminator" }],
        },
    ),
};

/** Of an address in its canonical spelling. */
export function isEveryAddress(address: string): boolean {
    return address === "0.0.0.0" || address === "::";
}

/** Where clients find the server when the program does not say: on the address that it is bound to. */
export function impliedHost({ bindAddress }: { readonly bindAddress: string }): string {
    const { bindAddress: alone, host } = endpointArguments;
    return bindAddress === alone.default ? host.default : bindAddress;
}

/** Addresses that the Internet has no way to (RFC 1918, 4193, 6598, 3927 and 4291). */
const privateNetworks = new BlockList();
for (const [network, prefix] of [
    ["10.0.0.0", 8],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
    ["100.64.0.0", 10],
    ["169.254.0.0", 16],
    ["127.0.0.0", 8],
] as const) {
    privateNetworks.addSubnet(network, prefix);
}
for (const [network, prefix] of [
    ["fc00::", 7],
    ["fe80::", 10],
    ["::1", 128],
] as const) {
    privateNetworks.addSubnet(network, prefix, "ipv6");
}

/** Whether a host can be reached from the Internet, as far as its text shows: a name may have any address. */
export function mayBePublic(host: string): boolean {
    if (isIP(host) !== 0) return !privateNetworks.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
    return host.includes(".") && !/\.(local|localhost|lan|internal|home\.arpa|test)$/i.test(host);
}

/** A name or address by which no other machine finds this one. */
export function isThisHostAlone(host: string): boolean {
    return host === "localhost" || host === "::1" || host.startsWith("127.");
}

export const endpointProblems = {
    portOfClosedPlaintext: problem(
        "port-of-closed-plaintext",
        "`ports.plaintext` is given, but `plaintext` is false.",
        "leave one of them out",
    ),
    portsEqual: problem("ports-equal", "Both ports are the same.", "give two different ports"),
    portShared: problem(
        "port-shared",
        "Two servers of the program publish the same port of a Docker host.",
        "give each server ports of its own",
    ),
    hostMissing: problem(
        "host-missing",
        "`bindAddress` is every address, which clients cannot use, and there is no `host`.",
        "give the name or address by which clients reach the Docker host",
    ),
};

export const endpointRules: readonly Rule[] = [
    ({ values: { ports, plaintext } }: Given<{ ports?: Ports; plaintext?: boolean }>) =>
        ports?.plaintext !== undefined && plaintext === false
            ? [finding(endpointProblems.portOfClosedPlaintext, "ports.plaintext", "is given, but plaintext is false")]
            : [],
    ({ values: { ports } }: Given<{ ports?: Ports }>) =>
        ports?.tls !== undefined && ports.plaintext === ports.tls
            ? [finding(endpointProblems.portsEqual, "ports.tls", `is ${ports.tls}, as ports.plaintext is`)]
            : [],
    ({ values: { bindAddress }, args }: Given<{ bindAddress?: string }>) =>
        bindAddress !== undefined && isEveryAddress(bindAddress) && args.host === undefined
            ? [
                  finding(
                      endpointProblems.hostMissing,
                      "host",
                      `is missing, and bindAddress "${bindAddress}" is no address that clients can use`,
                  ),
              ]
            : [],
];

/** The ports that a server's arguments give, as far as they are known and right. */
export function givenPorts({ ports, plaintext, bindAddress, transform }: PlainArguments): PublishedPort[] {
    const address = bindAddress ?? endpointArguments.bindAddress.default;
    // A transform may publish others.
    if (transform !== undefined || typeof address !== "string" || isIP(address) === 0) return [];
    const given = (typeof ports === "object" && ports !== null ? ports : {}) as Ports;
    const published = (internal: number, external: number | undefined) =>
        Number.isInteger(external) ? [{ internal, external: Number(external), ip: canonicalHost(address) }] : [];
    return [
        ...(plaintext === false ? [] : published(plaintextPort, given.plaintext)),
        ...published(tlsPort, given.tls),
    ];
}

/** What is wrong with a server's ports where another server of the same Docker host has some. */
export function sharedPorts(
    path: string,
    own: readonly PublishedPort[],
    { server, ports }: { readonly server: string; readonly ports: readonly PublishedPort[] },
): Finding[] {
    return own.flatMap((port) => {
        const other = ports.find((each) => collide(port, each));
        if (!other) return [];
        const [at, its] = [port, other].map(({ internal }) => (internal === tlsPort ? "ports.tls" : "ports.plaintext"));
        const text = `is ${port.external} on ${port.ip}, as ${its} of ${server} is on ${other.ip}`;
        return [finding(endpointProblems.portShared, `${path}${at}`, text)];
    });
}
