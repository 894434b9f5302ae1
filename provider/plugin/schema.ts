/** The package schema, which `npm run generate` writes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** As the engine receives it. */
export const schemaText = readFileSync(join(__dirname, "schema.json"), "utf8");

const schema = JSON.parse(schemaText) as {
    readonly version: string;
    readonly resources: Readonly<Record<string, { readonly properties: object }>>;
};

/** The version of this package. */
export const { version } = schema;

/** The names of the outputs of a component of this type. */
export function outputNames(type: string): string[] {
    return Object.keys(schema.resources[type]?.properties ?? {});
}
