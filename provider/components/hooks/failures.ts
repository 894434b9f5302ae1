/** Brings the reason of a container's failure from its log to the person who runs `pulumi up`. */
import * as pulumi from "@pulumi/pulumi";
import { redact } from "../../model/redaction";
import { logOf } from "./containerLog";
import { oncePerStack } from "./oncePerStack";

/** The last lines of a log are enough to tell why, where none among more of them is a reason of ours. */
const lastLines = 5;

/** Docker's words for a port that is in use: up to version 27, and since. */
const takenPort = /(?:Bind for|listen tcp[46]?) (\S+?):? .*already|bind host port(?: for)? (\S+?:\d+)[:/].*already/;

/** For the `onError` hooks of a container. */
export const explainFailure = oncePerStack(() => new pulumi.ErrorHook("redis-database:explainFailure", explain));

/** Never retries: the next up does, and a person has read the reason by then. */
async function explain({ name, newInputs, errors }: pulumi.ErrorHookArgs): Promise<boolean> {
    const taken = errors.map((text) => takenPort.exec(text)?.slice(1).find(Boolean)).find(Boolean);
    if (taken) {
        await pulumi.log.error(`${name}: port ${taken} is taken. Free it, or give others in \`ports\`.`);
    } else if (newInputs?.name) {
        const lines = await readableLog(String(newInputs.name));
        await pulumi.log.error(
            `${name}: ${lines.filter((line) => line.startsWith("refused: ")).at(-1) ?? lines.slice(-lastLines).join("\n")}`,
        );
    }
    return false;
}

async function readableLog(container: string): Promise<string[]> {
    try {
        return (await logOf(container)).map(redact);
    } catch (error) {
        return [`its log could not be read (${String(error)}); read it with: docker logs ${container}`];
    }
}
