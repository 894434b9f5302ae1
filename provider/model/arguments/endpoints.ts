/** How clients reach the server: ports, addresses and networks of the Docker host. */
import { BlockList, isIP } from "node:net";
import { type PublishedPort, collide } from "../dockerRefusals";
import { type Finding, finding, problem } from "../findings";
import { canonicalHost } from "../render/canonical";
import { plaintextPort, tlsPort } from "../render/layout";
import { type Given, type PlainArguments, type Rule, argument } from "./definition";
import { boolean, host, object, port, text } from "./schemas";

const address = text(
    'give an IP address of the Docker host such as "127.0.0.1", or "0.0.0.0" for all',
    // Neither a URL nor a certificate can contain a zone, as in fe80::1%eth0.
    (value) => isIP(value) !== 0 && !value.includes("%"),
).overwrite(canonicalHost);

/** Docker's predefined networks. Docker refuses aliases on them, but only after it has removed the old server. */
const ownNetworks = ["bridge", "default", "host", "none"];

type Ports = { readonly plaintext?: number; readonly tls?: number };

export const endpointArguments = {
    ports: object(
        "give an object such as { plaintext: 6379, tls: 6380 }",
        {
            plaintext: argument(port, {
                doc: "Port for plaintext connections.",
                example: 6379,
                defaultDoc: "chosen once at random",
                changes: [{ row: "container", unset: "random" }],
            }),
            tls: argument(port, {
                doc: "Port for TLS connections.",
                example: 6380,
                defaultDoc: "chosen once at random",
                changes: [
                    { row: "container", unset: "random", haproxyAlone: true },
                    { row: "terminator", unset: "random" },
                ],
            }),
        },
        {
            doc:
                "Ports on the Docker host. If a port is in use, the preview fails, or else the update before it replaces " +
                "anything.",
            default: {},
            defaultDoc: "a free pair from 12000 to 29999, chosen once and kept in the state",
            example: { plaintext: 6379, tls: 6380 },
            type: "PortsArgs",
            typeDoc: "Ports on the Docker host, 1 to 65535.",
        },
    ),
    bindAddress: argument(address, {
        doc:
            "Address of the Docker host on which the ports are published. By default, only clients on the Docker host can " +
            'connect. `"0.0.0.0"` means all addresses and requires `host`.',
        default: "127.0.0.1",
        example: "192.0.2.1",
        changes: [{ row: "container" }],
    }),
    host: argument(host, {
        doc: "Name or address by which clients reach the Docker host. It is used in the URLs and in the certificate.",
        default: "localhost",
        defaultDoc: '"localhost" if bound to 127.0.0.1, else `bindAddress`',
        example: "redis.example.com",
        changes: [{ row: "certificate" }],
    }),
    plaintext: argument(boolean, {
        doc: "Whether the plaintext port is open. If false, clients can only use TLS, and the output `url` is undefined.",
        default: true,
        example: false,
        changes: [{ row: "container" }],
    }),
    network: argument(
        text(
            'give the name of a network from `docker network create`, such as "backend"; Docker\'s predefined networks do not resolve names',
            (value) => /^[\w][\w.-]*$/.test(value) && !ownNetworks.includes(value),
        ),
        {
            doc:
                "Name of an existing Docker network that the server joins. Containers on it reach the server by the " +
                "database's name, at port 6379 and with TLS at port 6380. If two databases on the network have the same " +
                "name, connections go to either; the output `networkName` is unique.",
            defaultDoc: "Docker's default network",
            example: "backend",
            changes: [{ row: "container", haproxyAlone: true }, { row: "terminator" }],
        },
    ),
};

/** Whether an address in its canonical form means all addresses. */
export function isEveryAddress(address: string): boolean {
    return address === "0.0.0.0" || address === "::";
}

/** The host if the program sets none: the address on which the ports are published. */
export function impliedHost({ bindAddress }: { readonly bindAddress: string }): string {
    const { bindAddress: alone, host } = endpointArguments;
    return bindAddress === alone.default ? host.default : bindAddress;
}

/** Addresses that are not routed on the Internet (RFC 1918, 4193, 6598, 3927 and 4291). */
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

/** Whether a host may be reachable from the Internet. This is a guess for a name, which may resolve to any address. */
export function mayBePublic(host: string): boolean {
    if (isIP(host) !== 0) return !privateNetworks.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
    return host.includes(".") && !/\.(local|localhost|lan|internal|home\.arpa|test)$/i.test(host);
}

/** Whether a name or address is the local machine's, so that other machines cannot connect to it. */
export function isThisHostAlone(host: string): boolean {
    return host === "localhost" || host === "::1" || host.startsWith("127.");
}

export const endpointProblems = {
    portOfClosedPlaintext: problem(
        "port-of-closed-plaintext",
        "`ports.plaintext` is set, but `plaintext` is false.",
        "leave one of them out",
    ),
    portsEqual: problem("ports-equal", "Both ports are the same.", "give two different ports"),
    portShared: problem(
        "port-shared",
        "Two servers of the program publish the same port on the same Docker host.",
        "give each server different ports",
    ),
    hostMissing: problem(
        "host-missing",
        "`bindAddress` means all addresses, to which clients cannot connect, and `host` is not set.",
        "give the name or address by which clients reach the Docker host",
    ),
};

export const endpointRules: readonly Rule[] = [
    ({ values: { ports, plaintext } }: Given<{ ports?: Ports; plaintext?: boolean }>) =>
        ports?.plaintext !== undefined && plaintext === false
            ? [finding(endpointProblems.portOfClosedPlaintext, "ports.plaintext", "is set, but plaintext is false")]
            : [],
    ({ values: { ports } }: Given<{ ports?: Ports }>) =>
        ports?.tls !== undefined && ports.plaintext === ports.tls
            ? [finding(endpointProblems.portsEqual, "ports.tls", `is ${ports.tls}, the same as ports.plaintext`)]
            : [],
    ({ values: { bindAddress }, args }: Given<{ bindAddress?: string }>) =>
        bindAddress !== undefined && isEveryAddress(bindAddress) && args.host === undefined
            ? [
                  finding(
                      endpointProblems.hostMissing,
                      "host",
                      `is missing, and clients cannot connect to bindAddress "${bindAddress}"`,
                  ),
              ]
            : [],
];

/** The ports that a server's arguments set, as far as they are known and valid. */
export function givenPorts({ ports, plaintext, bindAddress, transform }: PlainArguments): PublishedPort[] {
    const address = bindAddress ?? endpointArguments.bindAddress.default;
    // A transform may publish other ports.
    if (transform !== undefined || typeof address !== "string" || isIP(address) === 0) return [];
    const given = (typeof ports === "object" && ports !== null ? ports : {}) as Ports;
    const published = (internal: number, external: number | undefined) =>
        Number.isInteger(external) ? [{ internal, external: Number(external), ip: canonicalHost(address) }] : [];
    return [
        ...(plaintext === false ? [] : published(plaintextPort, given.plaintext)),
        ...published(tlsPort, given.tls),
    ];
}

/** Findings for ports that another server on the same Docker host publishes, too. */
export function sharedPorts(
    path: string,
    own: readonly PublishedPort[],
    { server, ports }: { readonly server: string; readonly ports: readonly PublishedPort[] },
): Finding[] {
    return own.flatMap((port) => {
        const other = ports.find((each) => collide(port, each));
        if (!other) return [];
        const [at, its] = [port, other].map(({ internal }) => (internal === tlsPort ? "ports.tls" : "ports.plaintext"));
        const text = `is ${port.external} on ${port.ip}, which conflicts with ${its} of ${server} on ${other.ip}`;
        return [finding(endpointProblems.portShared, `${path}${at}`, text)];
    });
}
