/** `redisdb tunnel`. */
import { Option } from "commander";
import { CommandError } from "../commandErrors";
import { at, loginOf, urlOf } from "../connections";
import { reachOf } from "../programs/docker";
import { openTunnel } from "../programs/ssh";
import type { Verb } from "../verb";
import { handle, operand } from "./operands";

export const tunnel: Verb = {
    name: "tunnel",
    summary: "make a database on another machine reachable from this one",
    description:
        "For a Docker host of the form ssh://…, it opens a tunnel, prints the local URL and stays open until Ctrl-C. " +
        "For other databases it prints the URL, since no tunnel is needed.",
    operands: [handle()],
    flags: () => [new Option("--tls", "the URL for TLS; it is also printed if the plaintext port is closed")],
    examples: ["tunnel sessions --tls"],
    async run({ platform, options, env, note, print, json }, call) {
        const database = await platform.get(operand(call, 0));
        const url = urlOf(await platform.url(database.handle, options), call.flags.tls === true);
        const reach = reachOf(database, env);
        if (reach.kind === "direct") {
            note("the database is reachable from this machine: no tunnel is needed");
            return { value: { url, tunnel: false }, text: url };
        }
        if (reach.kind === "closed") {
            throw new CommandError(
                `the ports of "${database.handle}" are only open on its Docker host, and Docker offers no tunnel`,
                "publish them with `redisdb update` and --bind-address, or use a Docker host of the form ssh://",
            );
        }
        const { host, port } = loginOf(url);
        const { localPort, ended } = await openTunnel(reach.destination, host, Number(port), {
            env,
            signal: options.signal,
        });
        const value = { url: at(url, "localhost", localPort), tunnel: true };
        print(json ? JSON.stringify(value, null, 2) : value.url);
        note("the tunnel is open until Ctrl-C");
        await ended;
        if (!options.signal.aborted) {
            throw new CommandError("ssh has closed the tunnel", "repeat the command");
        }
        return { value: undefined, text: "" };
    },
};
