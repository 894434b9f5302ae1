/** Warnings about arguments and certificates, logged in previews and updates. */
import * as pulumi from "@pulumi/pulumi";
import type { Expiry } from "../model/certificates";
import { warnings } from "../model/warnings";
import { type DockerHost, isRemote } from "./dockerHost";
import type { Identity } from "./inputs";
import { type About, log } from "./log";
import type { Specification } from "./server/specification";

/** Warns about arguments that are valid but not advisable. */
export function warn(
    name: string,
    spec: Specification,
    bindAddress: unknown,
    owner: About & { readonly dockerHost: DockerHost },
): void {
    const boundElsewhere = bindAddress === undefined ? isRemote(owner.dockerHost) : Promise.resolve(false);
    spec.with(pulumi.output(boundElsewhere), (known, boundElsewhere) =>
        warnings(name, known, { boundElsewhere }),
    ).apply(async (texts) => {
        for (const text of texts) await log("warn", text, owner);
    });
}

/** Warns about certificates that expire soon. */
export function warnOfExpiry(
    { kind, name }: Identity,
    expiries: readonly pulumi.Output<readonly Expiry[]>[],
    about: About,
): void {
    for (const known of expiries) {
        pulumi.unsecret(known).apply(async (all) => {
            for (const { warnedFrom, text } of all) {
                if (warnedFrom <= Date.now()) await log("warn", `${kind} "${name}": ${text}.`, about);
            }
        });
    }
}
