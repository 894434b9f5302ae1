/** The plugin's entry point. The engine starts it for programs in any language that use the components. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { spellFor } from "../model/spelling";
import { construct } from "./construct";
import { runtimeOf } from "./runtime";

const schema = readFileSync(join(__dirname, "schema.json"), "utf8");
const { version } = JSON.parse(schema) as { readonly version: string };

spellFor(runtimeOf(process.cwd()));
void pulumi.provider.main({ version, schema, construct }, process.argv.slice(2));
