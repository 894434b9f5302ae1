/** The recorded previews by name. `make record-previews` records them in test/fixtures/previews. */
import type { BaseName } from "./bases";
import type { Scenario } from "./scenario";

export const scenarios: Readonly<Record<string, Scenario<BaseName>>> = {
    "unchanged": {
        base: "shop",
        change: "Nothing changes.",
        stream: true,
        loses: false,
        harmless: true,
    },
    "volume-label": {
        base: "shop",
        change: "A volume without a component gets another label.",
        edits: [[`{ label: "team", value: "shop" }`, `{ label: "team", value: "storefront" }`]],
        stream: true,
        loses: true,
        harmless: false,
    },
    "memory-up": {
        base: "shop",
        change: "A database gets more memory.",
        edits: [[`memoryMb: 96`, `memoryMb: 128`]],
        stream: true,
        loses: false,
        harmless: true,
    },
    "password-without-grace": {
        base: "shop",
        change: "A database gets a new password, and the old one stops working at once.",
        edits: [[`flavor: "nordb",`, `flavor: "nordb",\n    passwordVersion: 2,\n    passwordGraceHours: 0,`]],
        loses: false,
        harmless: false,
    },
    "database-removed": {
        base: "shop",
        change: "A database without deletion protection is removed from the program.",
        edits: [
            [
                `const queue = new RedisDatabase("queue", {
    version: "8.0",
    memoryMb: 96,
    diskSizeGb: 2,
    config: { timeout: 300 },
    deletionProtection: false,
});

`,
                "",
            ],
            [" queue,", ""],
        ],
        stream: true,
        loses: true,
        harmless: false,
    },
    "version-down": {
        base: "shop",
        change: "A database gets an earlier version, which the component refuses.",
        edits: [[`version: "7.2"`, `version: "7.0"`]],
        fails: true,
        loses: false,
        harmless: false,
    },
};
