/** A database says once what its arguments deserve to hear; the words are `model/catalog/listVersions.test.ts`'s. */
import * as pulumi from "@pulumi/pulumi";
import { warn } from "../../../provider/components/inputs";
import { Specification } from "../../../provider/components/server/specification";
import { resolveArguments } from "../../../provider/model/arguments/resolve";

async function said(version: string): Promise<string[]> {
    const { spec } = resolveArguments({ version });
    if (!spec) throw new Error("no specification");
    const log = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    try {
        warn("sessions", new Specification(pulumi.output(spec)));
        await new Promise((resolve) => setTimeout(resolve, 20));
        return log.mock.calls.map(([text]) => text);
    } finally {
        log.mockRestore();
    }
}

test("one warning for a version past its end, none for one that is maintained", async () => {
    expect(await said("3.2")).toEqual([expect.stringContaining("Redis 3.2 reached end of life")]);
    expect(await said("8.8")).toEqual([]);
});
