/** A database says once what its arguments deserve to hear; the words are `model/catalog/listVersions.test.ts`'s. */
import * as pulumi from "@pulumi/pulumi";
import { warn } from "../../../provider/components/inputs";
import { resolveArguments } from "../../../provider/model/arguments/resolve";
import { ownerOn, textsIn } from "../support/owner";

async function said(version: string): Promise<string[]> {
    const { spec } = resolveArguments({ version });
    if (!spec) throw new Error("no specification");
    const log = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    try {
        warn("sessions", pulumi.output(spec), ownerOn());
        await new Promise((resolve) => setTimeout(resolve, 20));
        return textsIn(log);
    } finally {
        log.mockRestore();
    }
}

test("one warning for a version past its end, none for one that is maintained", async () => {
    expect(await said("3.2")).toEqual([expect.stringContaining("Redis 3.2 reached end of life")]);
    expect(await said("8.8")).toEqual([]);
});
