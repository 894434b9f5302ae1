/** Lists the containers of a Docker host with the docker command. */
import { type PublishedPort, listedPorts } from "../../model/dockerRefusals";
import type { Run } from "./dockerCommand";

/** A container as `docker ps` lists it. */
export interface Listed {
    readonly name: string;
    readonly image: string;
    readonly state: string;
    readonly command: string;
    readonly ports: readonly PublishedPort[];
    readonly networks: readonly string[];
    readonly volumes: readonly string[];
}

/** Lists all containers. Throws if the docker command reaches no host, or a host without the volume. */
export async function containersOn(run: Run, volume?: string): Promise<Listed[]> {
    // With `{{json .}}`, Docker would also compute the sizes.
    const columns = ["Names", "Image", "State", "Command", "Ports", "Networks", "Mounts"].map(
        (name) => `{{json .${name}}}`,
    );
    const lines = await run("ps", "--all", "--no-trunc", "--format", `[${columns.join(",")}]`);
    const listed = lines.split("\n").filter(Boolean).map(parseLine);
    if (volume !== undefined && !listed.some(({ volumes }) => volumes.includes(volume))) {
        await run("volume", "inspect", volume);
    }
    return listed;
}

function parseLine(line: string): Listed {
    const [name, image, state, command, ports, networks, volumes] = JSON.parse(line) as LineOfPs;
    return {
        name,
        image,
        state,
        command,
        ports: listedPorts(ports),
        networks: networks.split(","),
        volumes: volumes.split(","),
    };
}

type LineOfPs = [
    name: string,
    image: string,
    state: string,
    command: string,
    ports: string,
    networks: string,
    volumes: string,
];
