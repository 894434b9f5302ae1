/** The plugin's entry point. The engine starts it for programs in any language that use the components. */
import * as pulumi from "@pulumi/pulumi";
import { spellFor } from "../model/spelling";
import { construct } from "./construct";
import { runtimeOf } from "./runtime";
import { schemaText, version } from "./schema";

spellFor(runtimeOf(process.cwd()));
void pulumi.provider.main({ version, schema: schemaText, construct }, process.argv.slice(2));
