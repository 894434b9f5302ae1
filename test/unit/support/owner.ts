/** A component whose hooks the tests call, and the messages that it logs. */
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../../../provider/components/dockerHost";
import { Hooks } from "../../../provider/components/hooks/hooks";
import type { Owner } from "../../../provider/components/hooks/owner";

export const ownerUrn = "urn:pulumi:stack::project::redis-database:index:RedisDatabase::sessions";

export function ownerOn(dockerHost?: DockerHost): Owner {
    return { urn: pulumi.output(ownerUrn), dockerHost, hooks: new Hooks("RedisDatabase", "sessions") };
}

/** The texts logged through a mocked function of `pulumi.log`. Each must be about a resource. */
export function textsIn({ mock }: jest.SpyInstance<Promise<void>, Parameters<typeof pulumi.log.info>>): string[] {
    return mock.calls.map(([text, about]) => {
        expect(about).toEqual({ urn: expect.anything() as unknown });
        return text;
    });
}
