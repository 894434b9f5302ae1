/** Turns Docker's error messages about a container into findings about the arguments that cause them. */
import { isIP } from "node:net";
import { type Finding, finding, problem } from "./findings";
import { plaintextPort, tlsPort } from "./render/layout";

export const dockerProblems = {
    portTaken: problem(
        "port-taken",
        "The port is in use on the Docker host.",
        "free the port, or set a different one in ports",
    ),
    addressMissing: problem(
        "address-not-there",
        "The Docker host does not have the address in `bindAddress`.",
        "use an address of the Docker host (`ip address` lists them there)",
    ),
    networkMissing: problem(
        "network-not-there",
        "The Docker host has no network with the name in `network`.",
        "create the network first (`docker network create`), or correct its name",
    ),
    networkNotUsable: problem(
        "network-not-usable",
        "Containers cannot have a name on this network, as on Docker's predefined networks.",
        "use a user-defined network (`docker network create`)",
    ),
    imageNotPulled: problem(
        "image-not-pulled",
        "The image is not on the Docker host, and Docker cannot pull it.",
        "correct the image name, log in to its registry on the Docker host, or load the image there (`docker load`)",
    ),
    imageNotUsable: problem(
        "image-not-usable",
        "The image cannot run the programs that the container needs.",
        "use an image for the Docker host's architecture that has a shell, redis-server and redis-cli and whose entrypoint runs the given command",
    ),
    exitsAtEachStart: problem(
        "container-ends-at-each-start",
        "A container exits each time that Docker starts it. The update has removed it and shows the last lines of its log.",
        "fix the cause shown in these lines, or undo the change, and run `pulumi up` again",
    ),
    containerRefused: problem(
        "container-refused",
        "Docker refuses to create or start the container for a different reason.",
        "fix the cause that Docker reports",
    ),
};

/** A container of a server. HAProxy is the terminator or the tunnel. */
export type ContainerKind = "server" | "terminator" | "tunnel";

export interface PublishedPort {
    readonly internal: number;
    readonly external: number;
    readonly ip: string;
}

/** The resources that a container needs from Docker. */
export interface ContainerRequest {
    readonly kind: ContainerKind;
    readonly image: string;
    /** The networks that it joins, and whether it has names there. */
    readonly networks: readonly { readonly name: string; readonly named: boolean }[];
    readonly ports: readonly PublishedPort[];
    /** The name of a container that already publishes the same port, if any. */
    readonly holderOf: (port: PublishedPort) => string | undefined;
}

export interface Refused {
    readonly found: Finding;
    /** The rest of the request, which Docker has not checked because it stopped at this finding. */
    readonly remaining?: ContainerRequest;
}

/** Docker's messages about a port in use: up to version 27, and later. */
const takenPort = /(?:Bind for|listen tcp[46]?) (\S+?):? .*already|bind host port(?: for)? (\S+?:\d+)[:/].*already/;

/** Docker's messages about an address that the host does not have. */
const foreignAddress = /(?:listen tcp[46]?|bind host port(?: for)?) (\S+?):\d+[:/].*cannot assign requested address/;

const unknownNetwork = /network (\S+) not found/;
const failedProgram = /exec format error|executable file not found|exec: "|no matching manifest|image operating system/;

/** The address and port that Docker reports as in use, such as `127.0.0.1:6379`. */
export function takenPortIn(text: string): string | undefined {
    return takenPort.exec(text)?.slice(1).find(Boolean);
}

/** The finding for the `message` with which Docker refused to start a container. */
export function findRefused(message: string, request: ContainerRequest): Refused {
    const { kind, ports } = request;
    const taken = takenPortIn(message);
    const port = ports.find(({ ip, external }) => [`${ip}:${external}`, `[${ip}]:${external}`].includes(taken ?? ""));
    if (port) {
        const holder = request.holderOf(port);
        const text = `${port.external} is taken on ${port.ip}${holder === undefined ? "" : ` by the container "${holder}"`}`;
        const found = finding(dockerProblems.portTaken, portPath(port, kind), text);
        return refused(found, request, { ports: ports.filter((other) => other !== port) });
    }
    const foreign = foreignAddress.exec(message)?.[1]?.replace(/^\[(.*)\]$/, "$1");
    if (foreign !== undefined) {
        const text = `is ${foreign}, which the Docker host does not have`;
        const found = finding(dockerProblems.addressMissing, "bindAddress", text);
        return refused(found, request, { ports: ports.filter(({ ip }) => ip !== foreign) });
    }
    const network = unknownNetwork.exec(message)?.[1];
    if (network !== undefined) return findUnjoinable(message, network, request);
    if (failedProgram.test(message)) return { found: findUnusable(message, request) };
    return {
        found: finding(
            dockerProblems.containerRefused,
            kind,
            `cannot run, because Docker refuses the container: ${message}`,
        ),
    };
}

/** The finding for a network that the container cannot join. */
export function findUnjoinable(message: string, network: string, request: ContainerRequest): Refused {
    const [kind, reason] = unknownNetwork.test(message)
        ? [dockerProblems.networkMissing, "which the Docker host does not have"]
        : [dockerProblems.networkNotUsable, `which the container cannot join: ${message}`];
    const found = finding(kind, "network", `is ${JSON.stringify(network)}, ${reason}`);
    return refused(found, request, { networks: request.networks.filter(({ name }) => name !== network) });
}

/** Adds the rest of the request, if it is smaller than the request. */
function refused(found: Finding, request: ContainerRequest, rest: Partial<ContainerRequest>): Refused {
    const remaining = { ...request, ...rest };
    const isSmaller =
        remaining.ports.length + remaining.networks.length < request.ports.length + request.networks.length;
    return { found, ...(isSmaller && { remaining }) };
}

/** Whether a problem found in a preview may be solved in the update, which may create the network before the database. */
export function mayBeCreatedByUpdate({ code }: Finding): boolean {
    return code === dockerProblems.networkMissing.code;
}

/** The finding for an image whose programs do not run. */
export function findUnusable(message: string, { kind, image }: ContainerRequest): Finding {
    const text = `is ${JSON.stringify(image)}, in which ${kind === "server" ? "Redis" : "HAProxy"} does not run: ${message}`;
    return finding(dockerProblems.imageNotUsable, imagePath(kind), text);
}

/** The finding for an image that Docker cannot pull. */
export function findUnpulled(message: string, { kind, image }: ContainerRequest): Finding {
    const text = `is ${JSON.stringify(image)}, which is not on the Docker host and cannot be pulled: ${message}`;
    return finding(dockerProblems.imageNotPulled, imagePath(kind), text);
}

const imagePath = (kind: ContainerKind) => (kind === "server" ? "image" : `transform.${kind}.image`);

function portPath({ internal }: PublishedPort, kind: ContainerKind): string {
    return { [plaintextPort]: "ports.plaintext", [tlsPort]: "ports.tls" }[internal] ?? `transform.${kind}.ports`;
}

/** Parses the published ports in the output of `docker ps`, including ranges such as `[::1]:6379-6380->6379-6380/tcp`. */
export function listedPorts(text: string): PublishedPort[] {
    return text.split(", ").flatMap((entry) => {
        const [, ip = "", first, last = first, internal] =
            /^(.*):(\d+)(?:-(\d+))?->(\d+)(?:-\d+)?\/tcp$/.exec(entry) ?? [];
        return Array.from({ length: Number(last) - Number(first) + 1 || 0 }, (_each, index) => ({
            internal: Number(internal) + index,
            external: Number(first) + index,
            ip: ip.replace(/^\[(.*)\]$/, "$1"),
        }));
    });
}

/** Whether the two ports cannot be published together. `0.0.0.0` stands for all IPv4 addresses, `::` for all of IPv6. */
export function collide(one: PublishedPort, other: PublishedPort): boolean {
    if (one.external !== other.external) return false;
    const everywhere = [one.ip, other.ip].some((ip) => ip === "0.0.0.0" || ip === "::");
    return one.ip === other.ip || (everywhere && isIP(one.ip) === isIP(other.ip));
}
