/** What Docker refuses of a container, in its own words, as findings about the arguments behind it. */
import { isIP } from "node:net";
import { type Finding, finding, problem } from "./findings";
import { plaintextPort, tlsPort } from "./render/layout";

export const dockerProblems = {
    portTaken: problem(
        "port-taken",
        "Something else on the Docker host listens on the port.",
        "free it, or give another one in ports",
    ),
    addressNotThere: problem(
        "address-not-there",
        "The Docker host does not have the address in `bindAddress`.",
        "give an address that the Docker host has; on it, `ip address` lists them",
    ),
    networkNotThere: problem(
        "network-not-there",
        "The Docker host has no network of the name in `network`.",
        "make the network first (`docker network create`), or correct its name",
    ),
    networkNotUsable: problem(
        "network-not-usable",
        "Containers cannot join the network under a name, as in Docker's own networks.",
        "give a network that you made (`docker network create`)",
    ),
    imageNotPulled: problem(
        "image-not-pulled",
        "The image is not on the Docker host, and Docker cannot pull it.",
        "correct the image, log the Docker host in to its registry, or load the image there (`docker load`)",
    ),
    imageNotUsable: problem(
        "image-not-usable",
        "The programs that the container needs do not run in the image.",
        "give an image for the Docker host's architecture with a shell, redis-server and redis-cli, whose entrypoint runs the command that it is given",
    ),
    endsAtEachStart: problem(
        "container-ends-at-each-start",
        "A container ends each time that Docker starts it; the update has removed it, and shows its last words.",
        "remove the cause that its last words give, or undo the change, and run `pulumi up` again",
    ),
    containerRefused: problem(
        "container-refused",
        "Docker refuses to make or start the container for another reason.",
        "remove the cause that Docker gives",
    ),
};

/** A container of a server; HAProxy has two parts. */
export type ContainerKind = "server" | "terminator" | "tunnel";

export interface PublishedPort {
    readonly internal: number;
    readonly external: number;
    readonly ip: string;
}

/** What a container asks of Docker. */
export interface Asked {
    readonly kind: ContainerKind;
    readonly image: string;
    /** Those that it joins, and whether it has names there. */
    readonly networks: readonly { readonly name: string; readonly named: boolean }[];
    readonly ports: readonly PublishedPort[];
    /** The name of a container that publishes the same port, if there is one. */
    readonly holderOf: (port: PublishedPort) => string | undefined;
}

export interface Refused {
    readonly found: Finding;
    /** What Docker may refuse as well, where it stopped at this. */
    readonly remaining?: Asked;
}

/** Docker's words for a port that is in use: up to version 27, and since. */
const takenPort = /(?:Bind for|listen tcp[46]?) (\S+?):? .*already|bind host port(?: for)? (\S+?:\d+)[:/].*already/;

/** Likewise for an address that is none of the host's. */
const foreignAddress = /(?:listen tcp[46]?|bind host port(?: for)?) (\S+?):\d+[:/].*cannot assign requested address/;

const unknownNetwork = /network (\S+) not found/;
const failedProgram = /exec format error|executable file not found|exec: "|no matching manifest|image operating system/;

/** The address and port that Docker names as taken, such as `127.0.0.1:6379`. */
export function takenPortIn(text: string): string | undefined {
    return takenPort.exec(text)?.slice(1).find(Boolean);
}

/** What is wrong when Docker says `words` in place of starting a container. */
export function findRefused(words: string, asked: Asked): Refused {
    const { kind, ports } = asked;
    const taken = takenPortIn(words);
    const port = ports.find(({ ip, external }) => [`${ip}:${external}`, `[${ip}]:${external}`].includes(taken ?? ""));
    if (port) {
        const holder = asked.holderOf(port);
        const text = `${port.external} is taken on ${port.ip}${holder === undefined ? "" : ` by the container "${holder}"`}`;
        const found = finding(dockerProblems.portTaken, portPath(port, kind), text);
        return refused(found, asked, { ports: ports.filter((other) => other !== port) });
    }
    const foreign = foreignAddress.exec(words)?.[1]?.replace(/^\[(.*)\]$/, "$1");
    if (foreign !== undefined) {
        const text = `is ${foreign}, which the Docker host does not have`;
        const found = finding(dockerProblems.addressNotThere, "bindAddress", text);
        return refused(found, asked, { ports: ports.filter(({ ip }) => ip !== foreign) });
    }
    const network = unknownNetwork.exec(words)?.[1];
    if (network !== undefined) return findUnjoinable(words, network, asked);
    if (failedProgram.test(words)) return { found: findUnusable(words, asked) };
    return { found: finding(dockerProblems.containerRefused, kind, `has a container that Docker refuses: ${words}`) };
}

/** A network that the container cannot join. */
export function findUnjoinable(words: string, network: string, asked: Asked): Refused {
    const [kind, reason] = unknownNetwork.test(words)
        ? [dockerProblems.networkNotThere, "which the Docker host does not have"]
        : [dockerProblems.networkNotUsable, `which the container cannot join: ${words}`];
    const found = finding(kind, "network", `is ${JSON.stringify(network)}, ${reason}`);
    return refused(found, asked, { networks: asked.networks.filter(({ name }) => name !== network) });
}

/** With the rest, if it is less than what Docker was asked for. */
function refused(found: Finding, asked: Asked, less: Partial<Asked>): Refused {
    const remaining = { ...asked, ...less };
    const isLess = remaining.ports.length + remaining.networks.length < asked.ports.length + asked.networks.length;
    return { found, ...(isLess && { remaining }) };
}

/** Whether what a preview does not find may be there by the time of the update, which may make it before the database. */
export function mayBeMadeMeanwhile({ code }: Finding): boolean {
    return code === dockerProblems.networkNotThere.code;
}

/** An image whose programs do not run. */
export function findUnusable(words: string, { kind, image }: Asked): Finding {
    const text = `is ${JSON.stringify(image)}, in which ${kind === "server" ? "Redis" : "HAProxy"} does not run: ${words}`;
    return finding(dockerProblems.imageNotUsable, imagePath(kind), text);
}

export function findUnpulled(words: string, { kind, image }: Asked): Finding {
    const text = `is ${JSON.stringify(image)}, which is not on the Docker host and cannot be pulled: ${words}`;
    return finding(dockerProblems.imageNotPulled, imagePath(kind), text);
}

const imagePath = (kind: ContainerKind) => (kind === "server" ? "image" : `transform.${kind}.image`);

function portPath({ internal }: PublishedPort, kind: ContainerKind): string {
    return { [plaintextPort]: "ports.plaintext", [tlsPort]: "ports.tls" }[internal] ?? `transform.${kind}.ports`;
}

/** The ports that a container publishes, as `docker ps` lists them: also ranges, such as `[::1]:6379-6380->6379-6380/tcp`. */
export function listedPorts(text: string): PublishedPort[] {
    return text.split(", ").flatMap((each) => {
        const [, ip = "", first, last = first, internal] =
            /^(.*):(\d+)(?:-(\d+))?->(\d+)(?:-\d+)?\/tcp$/.exec(each) ?? [];
        return Array.from({ length: Number(last) - Number(first) + 1 || 0 }, (_each, index) => ({
            internal: Number(internal) + index,
            external: Number(first) + index,
            ip: ip.replace(/^\[(.*)\]$/, "$1"),
        }));
    });
}

/** Whether one of them keeps the other from being published. All addresses are those of IPv4 or those of IPv6. */
export function collide(one: PublishedPort, other: PublishedPort): boolean {
    if (one.external !== other.external) return false;
    const everywhere = [one.ip, other.ip].some((ip) => ip === "0.0.0.0" || ip === "::");
    return one.ip === other.ip || (everywhere && isIP(one.ip) === isIP(other.ip));
}
