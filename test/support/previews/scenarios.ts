/** The recorded previews by name. `make record-previews` records them in test/fixtures/previews. */
import { backups } from "./backups";
import type { BaseName } from "./bases";
import { live } from "./live";
import { replication } from "./replication";
import { resources } from "./resources";
import { restarts } from "./restarts";
import type { Scenario } from "./scenario";

export const scenarios: Readonly<Record<string, Scenario<BaseName>>> = {
    ...resources,
    ...backups,
    ...live,
    ...restarts,
    ...replication,
};
